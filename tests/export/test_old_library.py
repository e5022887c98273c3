"""The car's folder under the car's own library, in an environment of its own."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
import segmentation_models_pytorch as smp
import timm
import torch

from jetcar.export.car import LACKING, PROVEN, write_car
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


@pytest.fixture(scope="module")
def on_the_car(old_python, checkpoint_of, tmp_path_factory):
    """For each proven network the logits and codes on the car, and the checkpoint's logits."""
    folder = tmp_path_factory.mktemp("car")
    low = np.array([0, 60, 140])
    rgb = np.random.default_rng(0).integers(low, low + 100, (3, 32, 64, 3)).astype(np.uint8)
    np.save(folder / "bgr.npy", rgb[..., ::-1])
    wanted = {}
    for name, encoder in PROVEN:
        path = checkpoint_of(folder / "best.ckpt", Architecture(name, encoder, 19))
        card, content = read_checkpoint(path)
        network = load_network(card, content).eval()
        write_car(network, card, folder / f"{name}-{encoder}", "street")
        with torch.inference_mode():
            wanted[f"{name}-{encoder}"] = network(torch.from_numpy(rgb).permute(0, 3, 1, 2)).numpy()
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
    found = ("logits.npy", "codes.npy")
    return {
        name: (*(np.load(folder / name / file) for file in found), wanted[name]) for name in wanted
    }


@pytest.mark.parametrize(("name", "encoder"), sorted(PROVEN))
def test_the_old_library_loads_it_strictly_and_gives_the_same_masks(on_the_car, name, encoder):
    logits, codes, wanted = on_the_car[f"{name}-{encoder}"]
    assert np.abs(logits - wanted).max() < 1e-4 * np.abs(wanted).max()
    assert (codes == wanted.argmax(1)).mean() >= 0.9999


def test_what_the_old_library_lacks_is_what_an_export_refuses(old_python):
    program = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "import timm, segmentation_models_pytorch as smp\n"
        "print(*smp.encoders.encoders, *('tu-' + name for name in timm.list_models()))\n"
        "assert not hasattr(smp, 'Segformer')"
    )
    done = subprocess.run([old_python, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    old = set(done.stdout.split())
    new = {*smp.encoders.get_encoder_names(), *(f"tu-{name}" for name in timm.list_models())}
    assert not [name for name in old if name.startswith(LACKING)]
    assert all(any(name.startswith(begin) for name in new - old) for begin in LACKING)
