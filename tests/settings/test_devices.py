"""Which devices a training may have."""

import pytest

from jetcar.errors import UserError
from tests.composed import settings_of


@pytest.mark.parametrize("devices", ["1", "8", "auto", "[0]", "[2,0]"])
def test_devices_are_how_many_or_which(devices):
    assert settings_of("train", f"trainer.devices={devices}").trainer.devices is not None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("trainer.devices=0", r"trainer\.devices=0 must be how many, auto for all GPUs, or"),
        ("trainer.devices=all", r"trainer\.devices=all must be how many"),
        ("trainer.devices=1.5", r"such as \[0,1\]"),
        ("trainer.devices=[]", r"trainer\.devices=\[\] must be"),
        ("trainer.devices=[0,0]", r"trainer\.devices=\[0, 0\] must be"),
        ("trainer.devices=[-1]", r"trainer\.devices=\[-1\] must be"),
        ("trainer.num_nodes=0", r"trainer\.num_nodes=0 must be 1 or more"),
        ("trainer.strategy=fsdp", r"trainer\.strategy=fsdp must be one of auto, ddp, ddp_find"),
        (
            "trainer.devices=[0,1] trainer.device=cpu",
            r"trainer\.devices=\[0, 1\] are GPUs; with trainer\.device=cpu say how many",
        ),
        (
            "trainer.devices=2 trainer.num_nodes=2 data.batch_size=3",
            r"data\.batch_size=3 is the pictures of a step on all devices together, and has none "
            r"for some of 4; use a larger one, or fewer devices",
        ),
    ],
)
def test_other_devices_are_refused_with_the_fix(typed, told):
    with pytest.raises(UserError, match=told):
        settings_of("train", *typed.split())
