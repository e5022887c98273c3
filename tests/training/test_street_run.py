"""``init_from=street`` means the newest finished run on the built-in street."""

import os
from pathlib import Path

import pytest

from jetcar.errors import UserError
from jetcar.training.street_run import init_checkpoint

CONFIG = "data: {{source: {source}}}\nmodel: {{architecture: unet, encoder: {encoder}}}\n"


@pytest.fixture
def leave(settings):
    """A function that leaves a run behind, with no more than what is looked at."""

    def run(name, source="street", encoder="mobilenet_v2", time=1, config=CONFIG, ended=True):
        folder = Path(settings().runs) / name
        best = folder / "checkpoints" / "best.ckpt"
        best.parent.mkdir(parents=True)
        best.touch()
        os.utime(best, (time, time))
        text = config.format(source=source, encoder=encoder)
        (folder / "config.yaml").write_text(text, encoding="utf-8")
        if ended:
            (folder / "result.json").touch()
        return best

    return run


@pytest.fixture
def wished(settings):
    return settings("init_from=street", "model.encoder=mobilenet_v2")


def test_the_newest_finished_run_on_the_street_is_taken(leave, wished):
    leave("old", time=10)
    best = leave("sweep/0", time=20)
    leave("mine", source="mine.zip", time=30)
    leave("mixed", source="'[street, mine.zip]'", time=30)
    leave("other", encoder="resnet18", time=30)
    leave("unfinished", time=30, ended=False)
    leave("damaged", config="[", time=30)
    leave("foreign", config="- data", time=30)
    assert init_checkpoint(wished) == best


def test_without_one_the_command_that_makes_one_is_told(leave, wished):
    leave("other", encoder="resnet18")
    command = (
        r"python train\.py name=street data\.source=street model\.architecture=unet "
        r"model\.encoder=mobilenet_v2"
    )
    with pytest.raises(UserError, match=command):
        init_checkpoint(wished)


def test_any_other_word_is_a_file(settings):
    assert init_checkpoint(settings("init_from=./street")) == Path("street")
