"""A prediction over several devices is stopped or killed: all processes end, all old or all new."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.model.network import Network
from tests.cards import SMALLEST, card_of, save_checkpoint, says_everywhere
from tests.faults.conftest import PATIENCE_SECONDS

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="needs fork, and the list of a process's children"
)


@pytest.fixture
def checkpoint(tmp_path):
    card = card_of(IMAGE_SEGMENTER, SMALLEST, score=0.5, epoch=1)
    network = says_everywhere(Network(card.architecture), 5)
    return save_checkpoint(tmp_path / "fives.ckpt", card, network)


def children(pid: int) -> list[int]:
    words = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(word) for word in words.split()]


def is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("name", "to", "code", "told"),
    [
        ("SIGINT", "all", 130, "error: stopped by Ctrl-C"),  # as a terminal does
        ("SIGTERM", "first", 143, ""),
        ("SIGKILL", "other", 1, "error: A process of this prediction was killed, "),
        ("SIGKILL", "first", -9, ""),
    ],
)
def test_all_processes_of_a_prediction_end_and_the_former_masks_stay(
    program, pictures, checkpoint, fault, name, to, code, told
):
    words = (f"checkpoint={checkpoint}", f"images={pictures / 'Img' / 'Train'}", "out=masks")
    words += ("device=cpu", "precision=32", "overlays=true", "batch_size=1")
    (program.folder / "masks").mkdir()
    (program.folder / "masks" / "mine.txt").write_text("I was here", encoding="utf-8")
    before = files_in(program.folder)
    running = program.start(*words, "devices=2", program="tests/faults/slowly.py")
    first = running.process.pid
    # Not before both work: what Python does around a fork, which is for this test alone, would
    # swallow the signal.
    assert running.until(lambda: "predicting 12" in running.output), running.output
    assert len(children(first)) == 2
    others = children(first)
    for pid in {"all": [first, *others], "first": [first], "other": others[1:]}[to]:
        os.kill(pid, signal.Signals[name])
    found, output = running.end()
    assert found == code, output
    assert output.count("error: ") == bool(told), output
    assert told in output
    end = time.monotonic() + PATIENCE_SECONDS
    while any(map(is_alive, others)):
        assert time.monotonic() < end, "a process was left behind"
        time.sleep(0.05)
    after = files_in(program.folder)
    if (name, to) == ("SIGKILL", "first"):  # nobody could clear anything away
        after = {path: content for path, content in after.items() if ".part-" not in path}
    assert after == before
    code, output = program.run(*words, program="predict.py")
    assert code == 0, output
    assert len(list((program.folder / "masks").glob("*.png"))) == 12
    assert not list(program.folder.glob("*.part-*"))
    fault()
