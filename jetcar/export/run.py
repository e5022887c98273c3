"""What ``python -m jetcar.export`` does: from a checkpoint to a file that is proven."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from torch import Tensor, nn

from jetcar.errors import UserError
from jetcar.export.car import (
    CAR_SIZE,
    PROVEN,
    CarNetwork,
    encoder_on_car,
    refuse_other_files,
    refuse_what_the_car_lacks,
    write_car,
)
from jetcar.export.definitions import replaced_definitions
from jetcar.export.graph import onnx_content
from jetcar.export.latency import as_table, measure
from jetcar.export.proof import Proof, data_of, proof_pictures, prove
from jetcar.export.torchscript import ScriptNetwork, is_script, script_content
from jetcar.model.card import Card
from jetcar.model.checkpoint import load_network, read_checkpoint
from jetcar.model.chosen import chosen_checkpoint
from jetcar.model.deployed import Contract, Deployed
from jetcar.model.network import Network
from jetcar.model.onnx_network import OnnxNetwork, has_card, start_session
from jetcar.settings.rules import is_folder_name
from jetcar.settings.schema import Export
from jetcar.whole import whole_file
from jetcar.wording import printable

log = logging.getLogger(__name__)


def run_export(settings: Export) -> Path:
    """Exports what the settings ask for.

    Returns:
        The file or folder that was written.

    Raises:
        UserError: the checkpoint cannot be used, or what would be written differs from it;
            nothing is written then.
    """
    path = chosen_checkpoint(settings.checkpoint, settings.runs)
    card, state = read_checkpoint(path)
    monitor = printable(card.monitor)
    log.info("checkpoint %s: epoch %d, %s %.4f", path, card.epoch, monitor, card.score)
    network = load_network(card, state).eval()
    name = settings.name or export_name(card, path)
    out = Path(settings.out).expanduser() if settings.out else _near(settings, path, name)
    if settings.to == "car":
        refuse_what_the_car_lacks(card.architecture)
        refuse_other_files(out)
    else:
        refuse_other_file(out)
    data = data_of(card, path) if settings.latency else None
    images = proof_pictures(settings, card, path)
    if settings.to == "car":
        return _export_car(settings, network, card, name, out, images)
    contract, content = _export_file(settings, network, card, out, images)
    if data is not None and settings.latency:
        rows = measure(content, card, contract, data)
        log.info("onnxruntime on the %d cores of this machine\n%s", os.cpu_count(), as_table(rows))
    return out


def export_name(card: Card, checkpoint: Path) -> str:
    """The run's name, or the checkpoint's where that is none for a file."""
    name = str(card.settings.get("name", "")).rpartition("/")[2]
    return name if name and is_folder_name(name) else checkpoint.stem


def _near(settings: Export, checkpoint: Path, name: str) -> Path:
    """In the run's folder, or beside a checkpoint that lies elsewhere."""
    folder = checkpoint.parent
    if folder.absolute().name == "checkpoints":
        folder = folder.parent if folder.name else folder.absolute().parent
    suffixes = {"onnx": ".onnx", "torchscript": ".pt"}
    return folder / ("car" if settings.to == "car" else f"export/{name}{suffixes[settings.to]}")


def refuse_other_file(out: Path) -> None:
    """Refuses to replace a file that no export wrote, as far as it can be told.

    Raises:
        UserError: names it.
    """
    if out.is_dir():
        raise UserError(f"out={out} is a folder. Name a file, such as out={out / 'network.onnx'}")
    if os.path.lexists(out) and not (has_card(out) or is_script(out)):
        raise UserError(
            f"out={out} is there already, and this program did not write it. Move it away, or "
            "choose another file."
        )


def _export_car(
    settings: Export, network: Network, card: Card, name: str, out: Path, images: Tensor
) -> Path:
    definitions: str | None = None
    lost: list[str] = []
    if settings.definitions:
        given = Path(settings.definitions).expanduser()
        definitions, lost = replaced_definitions(card.table, given)

    def proof_of(weights: Path) -> Proof:
        car = CarNetwork(weights, card.architecture)
        return prove(network, car, images, known=card.table.codes)

    out.parent.mkdir(parents=True, exist_ok=True)
    proof = write_car(network, card, out, name, definitions, proof_of)
    if proof is not None:
        log.info("fed as the car feeds it: %s", proof.in_words())
    if lost:
        log.warning(
            "the car's rules use classes that this network never predicts: %s", ", ".join(lost)
        )
    if card.image_size != CAR_SIZE:
        log.warning(
            "the car's program is made for pictures of %d x %d pixels, this network wants "
            "%d x %d; train with data.image_size=224",
            *CAR_SIZE,
            *card.image_size,
        )
    if (card.architecture.name, encoder_on_car(card.architecture.encoder)) not in PROVEN:
        log.warning(
            "%s on %s was never tried under the car's library; any model but segformer and "
            "unet-twice is tested there with model.encoder=mobilenet_v2",
            card.architecture.name,
            card.architecture.encoder,
        )
    return out


def _export_file(
    settings: Export, network: Network, card: Card, out: Path, images: Tensor
) -> tuple[Contract, bytes]:
    contract = Contract(settings.channels, settings.normalise, settings.output)
    deployed = Deployed(network, contract)
    n_outputs = card.architecture.n_outputs
    exported: nn.Module
    if settings.to == "onnx":
        content = onnx_content(deployed, card, settings.opset, settings.batch)
        exported = OnnxNetwork(start_session(content), contract, n_outputs)
    else:
        content = script_content(deployed, card)
        exported = ScriptNetwork(content, contract, n_outputs)
    has_logits = contract.output == "logits"
    proof = prove(network, exported, images, has_logits, card.table.codes if has_logits else None)
    out.parent.mkdir(parents=True, exist_ok=True)
    refuse_other_file(out)
    with whole_file(out) as file:
        file.write(content)
    log.info("%s: %s", contract.in_words(), proof.in_words())
    return contract, content
