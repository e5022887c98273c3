"""segmentation-models-pytorch as ``smp``, and our part of timm, loaded without torch's compiler.

The two, and torchvision with them, ask the compiler for two things while they are loaded: whether
it supports a device (torchvision 0.29.2, ``ops.roi_align``), and to keep off a function (timm
1.0.31, ``naflexvit``). For either torch 2.15 loads all of it, which takes longer than torch itself.
Here they get both when they are used. Every module of this program takes them from here.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch.compiler

COMPILER = "torch._dynamo.utils"


@contextmanager
def _compiler_waits() -> Iterator[None]:
    """While the block runs, whoever asks for the compiler gets it later, when it is used."""
    if COMPILER in sys.modules:
        yield
        return
    disable: Callable[..., Any] = torch.compiler.disable
    stand_in = _stand_in()
    sys.modules[COMPILER] = stand_in
    torch.compiler.disable = functools.partial(_disable_later, disable)
    try:
        yield
    finally:
        torch.compiler.disable = disable
        if sys.modules.get(COMPILER) is stand_in:
            del sys.modules[COMPILER]


def _stand_in() -> ModuleType:
    """A module in place of the compiler's helpers, which loads them when one is used."""
    stand_in = ModuleType(COMPILER)

    def real() -> ModuleType:
        if sys.modules.get(COMPILER) is stand_in:
            del sys.modules[COMPILER]
        return importlib.import_module(COMPILER)

    def is_compile_supported(device_type: str) -> Any:
        return real().is_compile_supported(device_type)

    def other(name: str) -> Any:
        if name.startswith("__"):  # as inspect asks every module for its file
            raise AttributeError(name)
        return getattr(real(), name)

    vars(stand_in).update(is_compile_supported=is_compile_supported, __getattr__=other)
    return stand_in


def _disable_later(
    disable: Callable[..., Any], function: Callable[..., Any] | None = None, *how: Any, **more: Any
) -> Callable[..., Any]:
    """``torch.compiler.disable``, which does its work when the function is called."""
    if function is None:
        return lambda function: _disable_later(disable, function, *how, **more)

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        return disable(function, *how, **more)(*arguments, **named)

    return call


with _compiler_waits():
    import segmentation_models_pytorch as smp
    import timm
    from timm.layers.norm_act import BatchNormAct2d, convert_sync_batchnorm
    from timm.utils.model import reparameterize_model

__all__ = ["BatchNormAct2d", "convert_sync_batchnorm", "reparameterize_model", "smp", "timm"]
