"""Whether a network can be exported, told before it is trained for hours."""

from __future__ import annotations

import logging

from jetcar.errors import UserError
from jetcar.export.car import refuse_what_the_car_lacks
from jetcar.export.graph import refuse_layers
from jetcar.model.deployed import seeing_layers
from jetcar.model.network import Network

log = logging.getLogger(__name__)


def tell_what_cannot_be_exported(network: Network) -> None:
    """Says in a line which files cannot be made of a network, if any."""
    lost: dict[str, str] = {}
    try:
        refuse_what_the_car_lacks(network.architecture)
        seeing_layers(network.net)
    except UserError as error:
        lost["the car's files"] = str(error)
    try:
        refuse_layers(network)
    except UserError as error:
        lost["an ONNX file"] = str(error)
    if lost:
        log.warning(
            "%s cannot be made of %s on %s once it is trained: %s",
            " and ".join(lost),
            network.architecture.name,
            network.architecture.encoder,
            " ".join(lost.values()),
        )
