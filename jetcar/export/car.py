"""The folder that is copied to the car: weights, classes, colours, and what they are."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from jetcar.classes import COLOR_MAP_FILE, ClassTable, write_color_map
from jetcar.errors import UserError
from jetcar.exchange import exchanged
from jetcar.export.driving import whole_definitions
from jetcar.export.proof import Proof
from jetcar.model.card import Card
from jetcar.model.deployed import CAR, reversed_input, scores_of_card, seeing_layers
from jetcar.model.library import smp
from jetcar.model.network import ARCHITECTURES, MEAN, STD, Architecture, Network, build_net
from jetcar.versions import versions
from jetcar.whole import write_json
from jetcar.wording import printable

DEFINITIONS = "jetcar_definitions.py"
MANIFEST = "manifest.json"
NOBODYS = ("__pycache__", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What Python and the systems leave in a folder."""

CAR_SIZE = (224, 224)
"""Pixels: what the car's program feeds, unless its IMG_SIZE is changed."""

UNKNOWN = ("segformer", "unet-twice")
"""Architectures that the car's library does not have."""

PROVEN = {
    *((name, "mobilenet_v2") for name in ARCHITECTURES if name not in UNKNOWN),
    ("unetplusplus", "timm-mobilenetv3_large_minimal_100"),
    ("unet", "tu-mobilenetv3_large_100"),
    ("unet", "timm-tf_efficientnet_lite0"),
}
"""Networks that are tested under the car's own library."""

LACKING = ("mobileone_", "tu-mobileone_", "tu-mobilenetv4_", "tu-lcnet_", "tu-resnet10t")
"""How names of encoders begin that the car's library does not have; tested there too."""


def car_weights(network: Network) -> dict[str, Tensor]:
    """The network's weights as the car loads them: for BGR, under the names of its library.

    Returns:
        Copies on the CPU, float32 but for counters.
    """
    weights = {
        name: value.detach().cpu().float() if value.is_floating_point() else value.detach().cpu()
        for name, value in network.net.state_dict().items()
    }
    first = {f"{name}.weight" for name in seeing_layers(network.net)}
    return {
        name: (reversed_input(value) if name in first else value).clone()
        for name, value in weights.items()
    }


def encoder_on_car(encoder: str) -> str:
    """The encoder's name in the car's library, which has other names for some of the same."""
    if encoder.startswith("tu-tf_mobilenetv3"):
        return f"timm-{encoder.removeprefix('tu-tf_')}"
    return encoder


def refuse_what_the_car_lacks(architecture: Architecture) -> None:
    """Refuses networks that are known not to work under the car's own library.

    Raises:
        UserError: says what that library lacks, and the fix.
    """
    kind, encoder = ARCHITECTURES[architecture.name].func, encoder_on_car(architecture.encoder)
    lacks = None
    if architecture.name in UNKNOWN:
        lacks = f"knows no {architecture.name}"
    elif encoder.startswith(LACKING):
        lacks = f"knows no encoder {encoder}"
    elif kind is smp.DeepLabV3Plus and encoder.startswith("timm-mobilenetv3"):
        lacks = f"pads {encoder} under deeplabv3plus otherwise, which changes the masks"
    if lacks:
        raise UserError(
            f"The car's own library {lacks}. Export with to=onnx for TensorRT, or train model=unet "
            "with model.encoder=mobilenet_v2 for the car's own program."
        )


def write_car(
    network: Network,
    card: Card,
    folder: Path,
    name: str,
    definitions: str | None = None,
    proof_of: Callable[[Path], Proof] | None = None,
) -> Proof | None:
    """Writes the folder, whole: that of an earlier export is replaced when all is there.

    Args:
        network: Its weights are loaded.
        card: What the checkpoint says of itself.
        folder: Its parent exists.
        name: Of the file of weights, without its suffix.
        definitions: Text of ``jetcar_definitions.py``; None for the program's own.
        proof_of: Compares the file of weights with the network before the folder is there.

    Returns:
        The proof, which the manifest tells too.

    Raises:
        UserError: the folder holds what no export wrote, the network cannot be turned to BGR, or
            the car's library cannot load it.
    """
    refuse_what_the_car_lacks(network.architecture)
    refuse_other_files(folder)
    weights = car_weights(network)
    with exchanged(folder) as exchange:
        part = exchange.new(folder)
        part.mkdir()
        torch.save(weights, part / f"{name}.pth")
        text = (
            definitions
            if definitions is not None
            else whole_definitions(card.table, card.image_size[1])
        )
        (part / DEFINITIONS).write_text(text, encoding="utf-8", newline="\n")
        write_color_map(card.table, part / COLOR_MAP_FILE)
        write_labels(card.table, part)
        proof = proof_of(part / f"{name}.pth") if proof_of else None
        told = {"proof": proof.to_plain()} if proof else {}
        write_json(part / MANIFEST, {**manifest(card, name), **told, "files": _sums(part)})
        refuse_other_files(folder)
        for path in folder.glob("*"):
            exchange.remove(path.name)
    return proof


def refuse_other_files(folder: Path) -> None:
    """Refuses a folder that holds anything but an earlier export as it was written.

    Raises:
        UserError: names a file that would be lost.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise UserError(f"{folder} is not a folder. Name another one with out=...")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    try:
        sums = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        ours = {str(name): str(value) for name, value in sums.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{folder} holds other files. Name another folder with out=...") from None
    for path in sorted(folder.iterdir()):
        if path.name in (MANIFEST, *NOBODYS) or _is_empty(path):
            continue
        if path.name not in ours or not path.is_file() or _sum(path) != ours[path.name]:
            what = "was changed since" if path.name in ours else "is not part of it"
            raise UserError(
                f"{folder} holds an export, but {printable(path.name)} {what} and would be lost. "
                "Move it away, or name another folder with out=..."
            )


def _is_empty(path: Path) -> bool:
    return path.is_file() and not path.stat().st_size


def write_labels(table: ClassTable, folder: Path) -> None:
    """Writes ``classes.txt`` and ``colors.txt``: line n is the class of code n, as segnet reads."""
    names, colors = table.names, table.colors
    codes = range(table.n_outputs)
    lines = {
        "classes.txt": [printable(names.get(code, f"unused_{code}")) for code in codes],
        "colors.txt": [" ".join(map(str, colors[code])) for code in codes],
    }
    for name, of_file in lines.items():
        text = "".join(f"{line}\n" for line in of_file)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def manifest(card: Card, name: str) -> dict[str, Any]:
    """What the files of the folder are, but for their checksums."""
    architecture, encoder = card.architecture, encoder_on_car(card.architecture.encoder)
    height, width = card.image_size
    return {
        "name": name,
        "exported": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "architecture": architecture.name,
        "encoder": encoder,
        "outputs": architecture.n_outputs,
        "load": load_line(architecture),
        "proven_under_old_library": (architecture.name, encoder) in PROVEN,
        "classes": card.table.to_plain(),
        "ignored": card.ignored,
        "input": {
            "height": height,
            "width": width,
            "channels": "BGR",
            "range": "0..1: divided by 255",
            "mean": list(reversed(MEAN)),
            "std": list(reversed(STD)),
        },
        "scores": scores_of_card(card),
        "data": card.fingerprint,
        "versions": versions(),
    }


def load_line(architecture: Architecture) -> str:
    """How a program with the car's library makes the network that the weights are for."""
    kind = ARCHITECTURES[architecture.name]
    options = {
        "encoder_name": encoder_on_car(architecture.encoder),
        "classes": architecture.n_outputs,
        **kind.keywords,
        "activation": "argmax2d",
    }
    told = ", ".join(f"{name}={json.dumps(value)}" for name, value in options.items())
    return f"smp.{kind.func.__name__}({told})"


def _sums(folder: Path) -> dict[str, str]:
    return {path.name: _sum(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST}


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class CarNetwork(nn.Module):
    """The network as the car's program loads and feeds it; takes and gives what ``Network`` does.

    Args:
        weights: The file of weights.
        architecture: What the car builds.
    """

    def __init__(self, weights: Path, architecture: Architecture) -> None:
        super().__init__()
        self.net = build_net(architecture)
        self.net.load_state_dict(torch.load(weights, weights_only=True))
        self.eval()

    def forward(self, image_bchw: Tensor) -> Tensor:
        """Logits of each class, from RGB pictures 0..255."""
        logits: Tensor = self.net(CAR.feed(image_bchw))
        return logits
