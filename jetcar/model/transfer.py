"""Starts a network from the weights of another one, class by class."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from jetcar.classes import ClassTable
from jetcar.classes.matching import matched
from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.model.checkpoint import network_weights
from jetcar.model.network import Architecture, Network
from jetcar.model.state_dicts import refuse_no_numbers

HEAD = "net.segmentation_head.0."
"""The last convolution, whose output channels are the classes."""


def start_from(network: Network, table: ClassTable, card: Card, content: dict[str, Any]) -> str:
    """Loads weights; output channels go to the matching classes, new classes start fresh.

    Args:
        network: Freshly built; it receives the weights.
        table: Its classes.
        card: What the checkpoint says about itself.
        content: The checkpoint.

    Returns:
        A table of what went where.

    Raises:
        UserError: the checkpoint is of another architecture or encoder.
    """
    refuse_other_network(network.architecture, card.architecture)
    fresh = network.state_dict()
    old = network_weights(content)
    if set(old) != set(fresh):
        raise UserError("The weights of init_from do not fit its own network. Name another one.")
    refuse_no_numbers(old, "init_from")
    both = matched(table, card.table)
    for name in fresh:
        fresh[name] = _rows(fresh[name], old[name], both) if HEAD in name else old[name]
    network.load_state_dict(fresh)
    return _as_text(table, card.table, both)


def refuse_other_network(ours: Architecture, theirs: Architecture) -> None:
    """Refuses weights of another architecture or encoder.

    Raises:
        UserError: names both, and the fix.
    """
    if (ours.name, ours.encoder) != (theirs.name, theirs.encoder):
        raise UserError(
            f"init_from is a {theirs.name} on {theirs.encoder}, this run a {ours.name} on "
            f"{ours.encoder}. Use model.architecture={theirs.name} model.encoder={theirs.encoder}, "
            "or another checkpoint."
        )


def _rows(fresh: Tensor, old: Tensor, both: dict[int, int]) -> Tensor:
    rows = fresh.clone()
    ours, theirs = list(both), list(both.values())
    rows[torch.tensor(ours, dtype=torch.long)] = old[torch.tensor(theirs, dtype=torch.long)]
    return rows


def _as_text(table: ClassTable, former: ClassTable, both: dict[int, int]) -> str:
    rows = [
        f"  {c.name} ({c.code}): {_origin(c.name, c.code, former, both)}" for c in table.classes
    ]
    dropped = [
        f"  {c.name}: not in this run" for c in former.classes if c.code not in both.values()
    ]
    return "\n".join(["output channels:", *rows, *dropped])


def _origin(name: str, code: int, former: ClassTable, both: dict[int, int]) -> str:
    if code not in both:
        return "new"
    theirs = former.names[both[code]]
    return f"from {both[code]}" + ("" if theirs == name else f", {theirs}")
