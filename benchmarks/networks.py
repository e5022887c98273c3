"""What each network costs on one core, and whether the car's own library loads it.

``python benchmarks/networks.py`` builds the networks of ``NETWORKS`` with random weights, which say
nothing of how well they learn (see ``quality.py`` for that), and prints a table; with names such as
``unet/mobilenet_v2`` it takes those. Five minutes; nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import torch
from machine import libraries, machine
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from jetcar.classes import CAR
from jetcar.errors import UserError
from jetcar.export.car import refuse_what_the_car_lacks
from jetcar.export.graph import onnx_content
from jetcar.model.card import Card
from jetcar.model.deployed import Contract, Deployed
from jetcar.model.fold import folded
from jetcar.model.network import Architecture, Network
from jetcar.model.onnx_network import start_session

OPSET = 17
WARM_RUNS, TIMED_RUNS = 3, 15

NETWORKS = (
    "unet/mobilenet_v2",
    "unet-light/mobilenet_v2",
    "unet-twice/mobilenet_v2",
    "unetplusplus/mobilenet_v2",
    "fpn/mobilenet_v2",
    "linknet/mobilenet_v2",
    "manet/mobilenet_v2",
    "deeplabv3plus/mobilenet_v2",
    "segformer/mobilenet_v2",
    "unet/timm-mobilenetv3_large_minimal_100",
    "unet/tu-mobilenetv3_large_100",
    "unet/tu-mobilenetv4_conv_small",
    "unet/tu-mobilenetv4_conv_medium",
    "unet/mobileone_s0",
    "unet/tu-efficientnet_lite0",
    "unet/efficientnet-b0",
    "unet/resnet18",
    "unet/resnet34",
    "unet-light/tu-mobilenetv4_conv_small",
    "fpn/tu-mobilenetv4_conv_small",
    "segformer/tu-mobilenetv4_conv_small",
)


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NETWORKS, metavar="ARCHITECTURE/ENCODER")
    parser.add_argument("--size", type=int, default=224, help="pixels of both sides")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{machine()}; one thread, float32.\n\n{libraries()}.\n")
    print("| model / encoder | parameters | multiply-adds | torch | onnxruntime | on the car |")
    print("|---|---|---|---|---|---|", flush=True)
    for name in arguments.names:
        print(f"| {name} | {' | '.join(cells(name, arguments.size))} |", flush=True)
    return 0


def cells(name: str, size: int) -> list[str]:
    """Of one row: parameters, multiply-adds, ms by torch and by onnxruntime, on the car or not.

    Args:
        name: ``ARCHITECTURE/ENCODER``.
        size: Pixels of both sides of a picture.
    """
    torch.manual_seed(0)
    architecture = Architecture(*name.split("/"), CAR.n_outputs)
    network = Network(architecture).eval()
    picture = torch.randint(0, 256, (1, 3, size, size), dtype=torch.uint8)
    slim = folded(network, size, size)
    with torch.inference_mode():
        by_torch = milliseconds(lambda: slim(picture))
    parameters = sum(one.numel() for one in network.parameters())
    return [
        f"{parameters / 1e6:.2f} M",
        f"{multiply_adds(network, picture) / 1e9:.2f} G",
        f"{by_torch:.0f} ms",
        by_onnxruntime(network, architecture, size),
        on_car(architecture),
    ]


def multiply_adds(network: nn.Module, picture: torch.Tensor) -> float:
    """Of all convolutions and products of matrices; torch counts each as two operations."""
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        network(picture)
    return counter.get_total_flops() / 2


def by_onnxruntime(network: Network, architecture: Architecture, size: int) -> str:
    """Milliseconds as text, or that there is no such file."""
    card = Card(CAR, [], architecture, (size, size), "", "val/iou")
    try:
        deployed = Deployed(network, Contract("rgb", "inside", "logits"))
        content = onnx_content(deployed, card, OPSET, 1)
    except UserError:
        return "cannot be exported"
    session = start_session(content, threads=1)
    fed = {session.get_inputs()[0].name: torch.zeros(1, 3, size, size).numpy()}
    return f"{milliseconds(lambda: session.run(None, fed)):.0f} ms"


def on_car(architecture: Architecture) -> str:
    """Whether the car's own library, of 2021, has what is needed."""
    try:
        refuse_what_the_car_lacks(architecture)
    except UserError:
        return "no"
    return "yes"


def milliseconds(work: Callable[[], object]) -> float:
    """The median over ``TIMED_RUNS``."""
    times = []
    for run in range(WARM_RUNS + TIMED_RUNS):
        start = time.perf_counter()
        work()
        if run >= WARM_RUNS:
            times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


if __name__ == "__main__":
    sys.exit(main())
