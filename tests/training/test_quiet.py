"""What libraries say to their developers is silenced, and nothing else."""

import logging
import warnings

import pytest

from jetcar.training.quiet import quiet_libraries


@pytest.fixture
def heard():
    """The warnings that get through."""
    names = ("pytorch_lightning", "lightning_fabric", "lightning.pytorch")
    levels = {name: logging.getLogger(name).level for name in names}
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        quiet_libraries()
        yield heard
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_known_chatter_is_silenced(heard):
    warnings.warn("The 'val_dataloader' does not have many workers which may be", stacklevel=1)
    assert heard == []
    assert not logging.getLogger("pytorch_lightning").isEnabledFor(logging.WARNING)


def test_an_unknown_warning_reaches_the_terminal(heard):
    warnings.warn("the weights may be wrong", stacklevel=1)
    assert [str(one.message) for one in heard] == ["the weights may be wrong"]
    assert logging.getLogger("pytorch_lightning").isEnabledFor(logging.ERROR)
