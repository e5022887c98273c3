"""Silences what libraries say to their developers, not to the person who trains a car."""

from __future__ import annotations

import logging
import warnings

from jetcar.ranks import this_rank

CHATTER = (
    # Lightning asks for a logger and for workers; we write our own curves, and choose.
    (r".*does not have many workers.*", UserWarning),
    (r".*num_workers.*may be slow.*", UserWarning),
    # They are the same in all processes, as the sums behind them are.
    (r".*It is recommended to use `self.log\(.*sync_dist=True.*", UserWarning),
    # torch 2.15 has another name for it, which torch 2.6 does not know.
    (r".*`broadcast_buffers` is deprecated.*", FutureWarning),
    # pytorch-lightning 2.6.6 with torch 2.15
    (r".*isinstance\(treespec, LeafSpec\)` is deprecated.*", FutureWarning),
)


def quiet_libraries() -> None:
    """Lets only warnings of the program itself, and unknown ones, reach the terminal."""
    for name in ("pytorch_lightning", "lightning_fabric", "lightning.pytorch"):
        logging.getLogger(name).setLevel(logging.ERROR)
    for message, category in CHATTER:
        warnings.filterwarnings("ignore", message, category)
    if not this_rank().is_first:  # the first process is warned of the same
        warnings.simplefilter("ignore")
