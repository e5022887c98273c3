"""Which device and arithmetic are chosen."""

import pytest
import torch

from jetcar.errors import UserError
from jetcar.model.device import (
    choose_device,
    choose_precision,
    refuse_broken_compiler,
    refuse_devices,
)

CPU, GPU = torch.device("cpu"), torch.device("cuda")


def test_without_a_gpu_auto_is_the_cpu_and_gpu_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == CPU
    with pytest.raises(UserError, match=r"Runtime > Change runtime type > T4 GPU"):
        choose_device("gpu")


def test_with_a_gpu_auto_takes_it(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto") == GPU
    assert choose_device("cpu") == CPU


@pytest.mark.parametrize(
    ("able", "chosen"),
    [
        ({"avx512_bf16": True}, "bf16-mixed"),
        ({"amx_bf16": True}, "bf16-mixed"),
        ({"avx512_f": True}, "32-true"),
        ({}, "32-true"),
    ],
)
def test_a_cpu_takes_bfloat16_only_with_instructions_for_it(monkeypatch, able, chosen):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able, raising=False)
    assert choose_precision("auto", CPU) == chosen


@pytest.mark.parametrize(("capability", "chosen"), [((7, 5), "16-mixed"), ((8, 0), "bf16-mixed")])
def test_a_t4_takes_float16_and_an_a100_bfloat16(monkeypatch, capability, chosen):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert choose_precision("auto", GPU) == chosen


def test_a_wish_is_granted():
    assert choose_precision("32", CPU) == "32-true"
    assert choose_precision("bf16", CPU) == "bf16-mixed"


def test_a_machine_that_cannot_compile_is_told_what_it_lacks(monkeypatch):
    def compile_(function):
        def fail(*_):
            raise RuntimeError("No working C++ compiler found\nand a stack")

        return fail

    monkeypatch.setattr(torch, "compile", compile_)
    with pytest.raises(
        UserError, match=r"does not work .* \(No working C\+\+ compiler found\)\. Install .* g\+\+"
    ):
        refuse_broken_compiler(CPU)


def test_a_machine_that_compiles_goes_on(monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda function: function)
    refuse_broken_compiler(CPU)


def test_gpus_that_are_not_there_are_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    gpu = torch.device("cuda")
    for devices in (1, 2, "auto", [0, 1], [1]):
        refuse_devices(devices, gpu)
    with pytest.raises(UserError, match=r"trainer\.devices=3, and this machine has 2 GPUs\."):
        refuse_devices(3, gpu)
    with pytest.raises(UserError, match=r"trainer\.devices=\[0, 2\], .* Use fewer, or .*=auto"):
        refuse_devices([0, 2], gpu)


def test_numbers_of_gpus_mean_nothing_on_a_cpu():
    refuse_devices(4, torch.device("cpu"))
    refuse_devices("auto", torch.device("cpu"))
    with pytest.raises(UserError, match=r"\[0\] are GPUs, .* none .* such as trainer\.devices=2"):
        refuse_devices([0], torch.device("cpu"))
