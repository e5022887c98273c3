"""Which machine and which versions the figures are of."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = (
    "torch",
    "torchvision",
    "pytorch-lightning",
    "segmentation-models-pytorch",
    "hydra-core",
    "opencv-python-headless",
    "simplejpeg",
    "pillow",
    "numpy",
)


def machine() -> str:
    """The processor, its cores, the memory, the system and Python."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def libraries() -> str:
    """The main libraries with their versions."""
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES)


def _processor() -> str:
    """The processor's name and what of it matters here."""
    found: dict[str, str] = {}
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            found.setdefault(key.strip(), value.strip())
    name = found.get("model name") or platform.processor() or platform.machine()
    flags = found.get("flags", "").split()
    able = [what for what in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if what in flags]
    return f"{name} ({', '.join(able)})" if able else name
