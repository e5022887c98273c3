"""What ``python -m jetcar.export`` does: from a checkpoint to a file that is proven."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from torch import Tensor, nn

from jetcar.config import Export
from jetcar.export.car import CAR_SIZE, PROVEN, CarNetwork, encoder_on_car, write_car
from jetcar.export.definitions import replaced_definitions
from jetcar.export.graph import onnx_content
from jetcar.export.latency import as_table, measure
from jetcar.export.proof import Proof, data_of, proof_pictures, prove
from jetcar.export.torchscript import ScriptNetwork, script_content
from jetcar.model.checkpoint import Card, chosen_checkpoint, load_network, read_checkpoint
from jetcar.model.deployed import Contract, Deployed
from jetcar.model.network import Network
from jetcar.model.onnx_network import OnnxNetwork, start_session
from jetcar.whole import whole_file

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
    log.info("checkpoint %s: epoch %d, %s %.4f", path, card.epoch, card.monitor, card.score)
    network = load_network(card, state).eval()
    name = settings.name or export_name(card, path)
    out = Path(settings.out).expanduser() if settings.out else _near(settings, path, name)
    data = data_of(card) if settings.images is None or settings.latency else None
    images = proof_pictures(settings, card, data)
    if settings.to == "car":
        return _export_car(settings, network, card, name, out, images)
    contract, content = _export_file(settings, network, card, out, images)
    if data is not None and settings.latency:
        rows = measure(content, card, contract, data)
        log.info("onnxruntime on the %d cores of this machine\n%s", os.cpu_count(), as_table(rows))
    return out


def export_name(card: Card, checkpoint: Path) -> str:
    """The run's name, or the checkpoint's."""
    return Path(str(card.settings.get("name", checkpoint.stem))).name


def _near(settings: Export, checkpoint: Path, name: str) -> Path:
    """In the run's folder, or beside a checkpoint that lies elsewhere."""
    folder = checkpoint.parent
    if folder.name == "checkpoints":
        folder = folder.parent
    suffixes = {"onnx": ".onnx", "torchscript": ".pt"}
    return folder / ("car" if settings.to == "car" else f"export/{name}{suffixes[settings.to]}")


def _export_car(
    settings: Export, network: Network, card: Card, name: str, out: Path, images: Tensor
) -> Path:
    definitions: str | None = None
    lost: list[str] = []
    if settings.definitions:
        given = Path(settings.definitions).expanduser()
        definitions, lost = replaced_definitions(card.table, given)

    def proof_of(weights: Path) -> Proof:
        return prove(network, CarNetwork(weights, card.architecture), images)

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
            "%s on %s was never tried under the car's library; model=unet and model=unetplusplus "
            "are tested there",
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
    proof = prove(network, exported, images, has_logits=contract.output == "logits")
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(out) as file:
        file.write(content)
    log.info("%s: %s", contract.in_words(), proof.in_words())
    return contract, content
