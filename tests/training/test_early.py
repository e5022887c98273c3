"""What is told before any data is looked at."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from jetcar.errors import UserError
from jetcar.model import hub
from jetcar.model.checkpoint import write_checkpoint
from jetcar.training.early import may_continue, refuse_early

SURE = "model.encoder=mobilenet_v2"


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("init_from=best.ckpt", r"There is no checkpoint best\.ckpt, which init_from names"),
        ("model.encoder_weights=none.pth", r"none\.pth is not a file\. Check the path"),
        ("model.encoder=mobilenet_v22", r"Did you mean mobilenet_v2"),
        ("model.architecture=deeplabv3plus data.batch_size=1", r"A batch of 1 picture of 32 x 32"),
    ],
)
def test_a_mistake_that_needs_no_data_is_told_first(settings, street, wish, said):
    wished = settings(SURE, *wish.split())
    (street / "Img" / "Train" / "Img_a.jpg").unlink()  # which the data would be refused for
    with pytest.raises(UserError, match=said):
        refuse_early(wished)


def test_a_gpu_and_float16_are_asked_for_first(settings, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="no GPU that torch can use"):
        refuse_early(settings(SURE, "trainer.device=gpu"))
    with pytest.raises(UserError, match=r"precision=16 needs a GPU .* precision=auto"):
        refuse_early(settings(SURE, "trainer.device=auto", "trainer.precision=16"))


def test_a_checkpoint_of_another_network_is_told_first(settings, tmp_path):
    torch.save({}, tmp_path / "x.ckpt")
    with pytest.raises(UserError, match="was not written by jetcar"):
        refuse_early(settings(SURE, f"init_from={tmp_path / 'x.ckpt'}"))


def test_a_run_that_continues_needs_none_of_the_files_it_began_with(settings):
    wished = settings(SURE, "init_from=gone.ckpt", "name=a")
    assert not may_continue(wished)
    last = Path(wished.runs) / "a" / "checkpoints" / "last.ckpt"
    last.parent.mkdir(parents=True)
    write_checkpoint({}, last)
    assert may_continue(wished)
    refuse_early(wished)


def test_without_network_imagenet_weights_are_refused_at_once(settings, monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    hub.hub_answers.cache_clear()
    with pytest.raises(UserError, match=r"ImageNet weights of mobilenet_v2 cannot be fetched"):
        refuse_early(settings(SURE, "model.encoder_weights=imagenet"))
    hub.hub_answers.cache_clear()


def test_a_host_that_refuses_is_silent_and_is_asked_once(monkeypatch):
    hub.hub_answers.cache_clear()
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    assert not hub.hub_answers()
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "not asked again")
    assert not hub.hub_answers()
    hub.hub_answers.cache_clear()


def test_ordinary_settings_are_looked_at_without_torch():
    program = (
        "import sys; from types import SimpleNamespace as S\n"
        "from jetcar.training.early import refuse_early\n"
        "refuse_early(S(runs='none', name='a', init_from=None, mirror=S(dir=None),\n"
        "  model=S(architecture='fpn', encoder='mobilenet_v2', encoder_weights=None),\n"
        "  augment=S(transforms=[]), logger=S(wandb=None, mlflow=None),\n"
        "  trainer=S(device='auto', devices=1, precision='auto', compile=False)))\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
