"""From a network to a TorchScript file, which torch loads without this program."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path

import torch
from torch import Tensor, nn

from jetcar.model.card import Card
from jetcar.model.deployed import Contract, Deployed, card_to_json


def script_content(deployed: Deployed, card: Card) -> bytes:
    """The content of a TorchScript file; its extra file ``jetcar`` says what the checkpoint
    said. It takes any number of pictures of the size of the network.

    Args:
        deployed: The network with its contract.
        card: What the checkpoint says of itself.
    """
    height, width = card.image_size
    content = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch 2.15, which prefers torch.export
        picture = torch.zeros(1, 3, height, width)
        traced = torch.jit.trace(deployed, picture)  # type: ignore[no-untyped-call]
        text = card_to_json(card, deployed.contract)
        torch.jit.save(traced, content, _extra_files={"jetcar": text})
    return content.getvalue()


def is_script(path: Path) -> bool:
    """Whether a file is one that ``script_content`` made."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith("/extra/jetcar") for name in archive.namelist())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return False


class ScriptNetwork(nn.Module):
    """A TorchScript file; takes and gives what ``Network`` does.

    Args:
        content: The file.
        contract: What it takes and gives.
        n_outputs: Channels of the logits.
    """

    def __init__(self, content: bytes, contract: Contract, n_outputs: int) -> None:
        super().__init__()
        self.contract, self.n_outputs = contract, n_outputs
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.script = torch.jit.load(io.BytesIO(content))  # type: ignore[no-untyped-call]

    def forward(self, image_bchw: Tensor) -> Tensor:
        """Logits of each class, from RGB pictures 0..255."""
        out = self.script(self.contract.feed(image_bchw))
        return self.contract.as_logits(out, self.n_outputs)
