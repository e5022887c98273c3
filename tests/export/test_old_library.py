"""The car's folder under the car's own library, in an environment of its own."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

from jetcar.export.car import PROVEN, write_car
from jetcar.model.checkpoint import load_network, read_checkpoint
from jetcar.model.network import Architecture
from tests.environments import python_with

OLD = (
    *("segmentation-models-pytorch==0.3.1", "timm==0.4.12", "efficientnet-pytorch==0.7.1"),
    *("pretrainedmodels==0.7.4", "munch==4.0.0", "six==1.17.0"),
)
"""What the car has, and what it needs; torch is the one of the tests, as it takes 5 GB."""


@pytest.fixture(scope="module")
def old_python(tmp_path_factory):
    """Python with the old library in front of the installed ones."""
    return python_with(tmp_path_factory.mktemp("old"), OLD, "--no-deps")


NETWORKS = {"unet": "mobilenet_v2", "unetplusplus": "timm-mobilenetv3_large_minimal_100"}


@pytest.fixture(scope="module")
def on_the_car(old_python, checkpoint_of, tmp_path_factory):
    """For each network the codes that the car finds, and those of its checkpoint."""
    folder = tmp_path_factory.mktemp("car")
    low = np.array([0, 60, 140])
    rgb = np.random.default_rng(0).integers(low, low + 100, (3, 32, 64, 3)).astype(np.uint8)
    np.save(folder / "bgr.npy", rgb[..., ::-1])
    wanted = {}
    for name, encoder in NETWORKS.items():
        path = checkpoint_of(folder / f"{name}.ckpt", Architecture(name, encoder, 19))
        card, content = read_checkpoint(path)
        network = load_network(card, content).eval()
        write_car(network, card, folder / name, "street")
        with torch.inference_mode():
            wanted[name] = network(torch.from_numpy(rgb).permute(0, 3, 1, 2)).argmax(1).numpy()
    program = Path(__file__).parent / "on_the_car.py"
    command = [
        old_python,
        "-W",
        "ignore",
        program,
        folder / "bgr.npy",
        *map(folder.joinpath, wanted),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("smp 0.3.1")
    return {name: (np.load(folder / name / "codes.npy"), wanted[name]) for name in wanted}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_old_library_loads_it_strictly_and_gives_the_same_masks(on_the_car, name):
    codes, wanted = on_the_car[name]
    assert len(np.unique(wanted)) > 3
    assert (codes == wanted).mean() >= 0.9999


def test_they_are_the_networks_that_the_manifest_calls_proven():
    assert set(NETWORKS.items()) == PROVEN
