"""How long the programs take to answer: a page of help, settings, and the first mask."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pictures import street_settings
from rows import Bench, Row, Rows, in_turn, seconds_of

PROJECT = Path(__file__).parents[1]

BARE = """
import hydra

@hydra.main(version_base="1.3", config_path=".", config_name="bare")
def main(config):
    pass

main()
"""


def measure(bench: Bench) -> Rows:
    """Help pages and settings, which need no torch, and one picture."""
    yield _first_mask(bench)
    (bench.work / "bare.py").write_text(BARE, encoding="utf-8")
    (bench.work / "bare.yaml").write_text("lr: 0.1\n", encoding="utf-8")
    bare = _command(bench, bench.work / "bare.py", "--help")
    for program, *arguments in (
        ("train.py", "--help"),
        ("train.py", "--cfg", "job"),
        ("predict.py", "--help"),
    ):
        ours = _command(bench, PROJECT / program, *arguments)
        yield Row(
            " ".join(["python", program, *arguments]),
            "a bare Hydra program's --help",
            "s",
            *in_turn(ours, bare, bench.size(15, 1)),
            1.3,
            at_most=True,
        )


def _first_mask(bench: Bench) -> Row:
    """From typing the command to the mask on the disk; the weights are as they are drawn."""
    import simplejpeg

    from jetcar.classes import IMAGE_SEGMENTER
    from jetcar.model.card import Card
    from jetcar.model.checkpoint import write_checkpoint
    from jetcar.model.network import Architecture, Network
    from jetcar.street.dataset import Job, pictures

    architecture = Architecture("unet", "mobilenet_v2", IMAGE_SEGMENTER.n_outputs)
    card = Card(IMAGE_SEGMENTER, [], architecture, (224, 224), fingerprint="", monitor="val/iou")
    weights = {f"network.{n}": value for n, value in Network(architecture).state_dict().items()}
    checkpoint = bench.work / "best.ckpt"
    write_checkpoint({"jetcar": card.to_plain(), "state_dict": weights}, checkpoint)
    _, image, _ = next(pictures(Job("Val", 1, 1), street_settings()))
    (bench.work / "one.jpg").write_bytes(simplejpeg.encode_jpeg(image, 92, "RGB", "420"))
    ours = _command(
        bench, PROJECT / "predict.py", f"checkpoint={checkpoint}", "images=one.jpg", "device=cpu"
    )
    bare = seconds_of(lambda: subprocess.run([sys.executable, "-c", "import torch"], check=True))
    return Row(
        "python predict.py images=one.jpg, to the mask on the disk",
        'python -c "import torch"',
        "s",
        *in_turn(ours, bare, bench.size(7, 1)),
        2.0,
        at_most=True,
    )


def _command(bench: Bench, program: Path, *arguments: str):
    command = [sys.executable, str(program), *arguments]
    return seconds_of(
        lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=bench.work)
    )
