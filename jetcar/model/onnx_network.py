"""Networks in ONNX files of this project: reading them, and running them with onnxruntime."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.model.checkpoint import load_network, read_checkpoint
from jetcar.model.deployed import Contract, card_from_json
from jetcar.wording import printable

SUFFIX = ".onnx"
CARD = "jetcar"
"""Key of the entry in the file's metadata that says all that prediction must know."""

SEAL = b"\x72\x4a\x0a\x06sha256\x12\x40"
"""How a metadata entry ``sha256`` of 64 letters begins in a file; it ends the file."""


@contextmanager
def export_libraries() -> Iterator[None]:
    """Tells how to install what the enclosed imports lack.

    Raises:
        UserError: one of them is not installed.
    """
    try:
        yield
    except ImportError as error:
        raise UserError(
            f"{error.name} is not installed. Install what ONNX files need: "
            "pip install onnx onnxruntime onnxslim"
        ) from None


def sealed(content: bytes) -> bytes:
    """An ONNX file with the checksum of all before it as its last metadata entry.

    ONNX itself has no checksum: a damaged weight would be used without a word.
    """
    return content + SEAL + hashlib.sha256(content).hexdigest().encode()


def is_unharmed(content: bytes) -> bool:
    """Whether the checksum is right; a file that another tool has rewritten has none."""
    body, seal, digest = content[: -len(SEAL) - 64], content[-len(SEAL) - 64 : -64], content[-64:]
    return seal != SEAL or hashlib.sha256(body).hexdigest().encode() == digest


def has_card(path: Path) -> bool:
    """Whether a file ends with the seal of an export."""
    try:
        return path.read_bytes()[-len(SEAL) - 64 : -64] == SEAL
    except OSError:
        return False


ELSEWHERE = b"\x0a\x08location\x12"
"""How a weight names the file that holds it; no export does that."""


class OnnxNetwork(nn.Module):
    """A network in an ONNX file; takes and gives what ``Network`` does, on the CPU.

    Args:
        session: An ``onnxruntime.InferenceSession``.
        contract: What the file takes and gives.
        n_outputs: Channels of the logits.
    """

    def __init__(self, session: Any, contract: Contract, n_outputs: int) -> None:
        super().__init__()
        self.session, self.contract, self.n_outputs = session, contract, n_outputs
        self.input = session.get_inputs()[0].name
        batch = session.get_inputs()[0].shape[0]
        self.batch: int | None = batch if isinstance(batch, int) else None

    def forward(self, image_bchw: Tensor) -> Tensor:
        """Logits of each class; where the file gives codes, 1 for the class and 0 for the others.

        Args:
            image_bchw: RGB, shape ``(B, 3, H, W)``, uint8, of the size that the file is made for.

        Returns:
            Shape ``(B, C, H, W)``, float32, on the device of the pictures.
        """
        fed = self.contract.feed(image_bchw)
        out = torch.cat([self._run(part) for part in torch.split(fed, self.batch or len(fed))])
        return self.contract.as_logits(out, self.n_outputs).to(image_bchw.device)

    def _run(self, fed: Tensor) -> Tensor:
        count = len(fed)
        if self.batch and count < self.batch:  # filled up, as the file takes no fewer
            fed = torch.cat([fed, fed[-1:].expand(self.batch - count, -1, -1, -1)])
        (out,) = self.session.run(None, {self.input: fed.contiguous().numpy()})
        return torch.from_numpy(out[:count])


def start_session(content: bytes, threads: int = 0) -> Any:
    """An onnxruntime session on the CPU.

    Args:
        content: The file.
        threads: For one operator; 0 leaves it to onnxruntime.

    Raises:
        UserError: onnxruntime is not installed.
        Exception: of onnxruntime's own, with no type in common: it cannot run the content.
    """
    with export_libraries():
        import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def read_onnx(path: Path) -> tuple[Card, OnnxNetwork]:
    """Reads an ONNX file that ``python -m jetcar.export`` wrote.

    Raises:
        UserError: the file is missing, damaged, of another project or of a newer version, or
            onnxruntime is not installed.
    """
    if not path.is_file():
        raise UserError(f"There is no file {path}. Check the path, or export it first.")
    content = path.read_bytes()
    if not is_unharmed(content):
        raise UserError(f"{path} is damaged: its checksum is wrong. Copy or export it again.")
    if ELSEWHERE in content:
        raise UserError(f"{path} has weights in other files, which are not read. Export it again.")
    try:
        session = start_session(content)
    except UserError:
        raise
    except Exception as error:
        reason = str(error).rpartition(" : ")[2].strip().splitlines()[0][:200]
        raise UserError(
            f"{path} is damaged or no ONNX file ({reason}) Copy or export it again."
        ) from None
    text = session.get_modelmeta().custom_metadata_map.get(CARD)
    if text is None:
        raise UserError(
            f"{path} was not written by jetcar. Name a file that python -m jetcar.export wrote."
        )
    try:
        card, contract = card_from_json(text)
    except UserError as error:
        raise UserError(f"{path} was written by a newer jetcar. {error}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{path} is incomplete ({type(error).__name__}: {error}). Export it again."
        ) from None
    _refuse_other_shapes(path, session, card, contract)
    return card, OnnxNetwork(session, contract, card.architecture.n_outputs)


def _refuse_other_shapes(path: Path, session: Any, card: Card, contract: Contract) -> None:
    """Refuses a network that takes or gives something else than the file says of it."""
    takes, gives = ([list(one.shape) for one in of] for of in _ends(session))
    height, width = card.image_size
    channels = [card.architecture.n_outputs] if contract.output == "logits" else []
    for what, shapes, wanted in (
        ("takes", takes, [3, height, width]),
        ("gives", gives, [*channels, height, width]),
    ):
        if len(shapes) != 1 or shapes[0][1:] != wanted:
            raise UserError(
                f"{path} {what} {printable(shapes)}, not one batch of {wanted} as it says of "
                "itself. Export it again."
            )


def _ends(session: Any) -> tuple[Any, Any]:
    return session.get_inputs(), session.get_outputs()


def read_trained(path: Path) -> tuple[Card, nn.Module]:
    """Reads a trained network from a checkpoint or an ONNX file; see the functions for either.

    Returns:
        What the file says about itself, and a module that takes and gives what ``Network`` does.
    """
    if path.suffix.lower() == SUFFIX:
        return read_onnx(path)
    card, content = read_checkpoint(path)
    return card, load_network(card, content)
