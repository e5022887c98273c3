"""Makes a trained network quicker to predict with: normalisation becomes part of the convolutions.

In evaluation mode a batch normalisation multiplies each channel by a fixed number and adds another,
which the weights of the convolution before it can do as well. Branches that were only needed to
train are merged first, see ``plain``. ``predict.py`` does so, and training
when it predicts Test, so that both give the same masks; Val it scores with its best weights as they
are, so that the score stays the one that chose them, to the digit.
"""

from __future__ import annotations

import copy
from collections import Counter

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from jetcar.model.plain import plainer

TOLERANCE = 1e-3
"""Of the largest logit: by so much the folded network may differ in float32."""

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


def folded(network: nn.Module, height: int, width: int) -> nn.Module:
    """A network that gives the same logits, to rounding, with fewer passes over memory.

    Which normalisation follows which convolution is watched while a picture of noise goes through,
    and the result is compared on that picture: a network that cannot be folded is given back.

    Args:
        network: Takes and gives what ``Network`` does; it stays as it is.
        height: Pixels that it sees.
        width: Pixels that it sees.

    Returns:
        A copy on the CPU in evaluation mode; ``network`` itself when there is nothing to fold.
    """
    if not any(isinstance(module, nn.BatchNorm2d) for module in network.modules()):
        return network
    noise = torch.Generator().manual_seed(0)
    picture = torch.randint(0, 256, (1, 3, height, width), dtype=torch.uint8, generator=noise)
    slim = plainer(network)
    with torch.no_grad():
        wanted = copy.deepcopy(network).cpu().eval()(picture)
        pairs = _watched(slim, picture)
        for conv_name, norm_name in pairs:
            conv, norm = slim.get_submodule(conv_name), slim.get_submodule(norm_name)
            assert isinstance(conv, CONVOLUTIONS)
            assert isinstance(norm, nn.BatchNorm2d)
            turned = isinstance(conv, nn.ConvTranspose2d)
            slim.set_submodule(conv_name, fuse_conv_bn_eval(conv, norm, transpose=turned))
            slim.set_submodule(norm_name, _rest(norm))
        found = slim(picture)
    atol = TOLERANCE * float(wanted.abs().max())
    return slim if torch.allclose(found, wanted, rtol=0, atol=atol) else network


def _watched(network: nn.Module, picture: Tensor) -> list[tuple[str, str]]:
    """The names of each convolution and the normalisation after it, as a picture meets them."""
    latest: tuple[str, Tensor] | None = None  # one alone, as all would fill the memory
    calls: Counter[str] = Counter()
    pairs: list[tuple[str, str]] = []

    def after_conv(name: str, output: Tensor) -> None:
        nonlocal latest
        calls[name] += 1
        latest = name, output

    def before_norm(name: str, taken: Tensor) -> None:
        calls[name] += 1
        if latest is not None and taken is latest[1]:
            pairs.append((latest[0], name))

    hooks = []
    for name, module in network.named_modules():
        if isinstance(module, CONVOLUTIONS):
            hook = module.register_forward_hook(lambda _, __, y, name=name: after_conv(name, y))
        elif isinstance(module, nn.BatchNorm2d) and module.running_var is not None:
            hook = module.register_forward_pre_hook(lambda _, x, name=name: before_norm(name, x[0]))
        else:
            continue
        hooks.append(hook)
    network(picture)
    for hook in hooks:
        hook.remove()
    # One that is used twice stays: its second use may have another neighbour.
    return [(conv, norm) for conv, norm in pairs if calls[conv] == calls[norm] == 1]


def _rest(norm: nn.Module) -> nn.Module:
    """What a normalisation does besides: timm's kind drops out and activates, in this order."""
    rest = [part for name in ("drop", "act") if (part := getattr(norm, name, None)) is not None]
    return nn.Sequential(*rest)
