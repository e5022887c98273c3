"""A folder and its companions are all old or all new, wherever a process dies."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from jetcar import exchange
from jetcar.exchange import exchanged

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process to be killed")
STEPS = ("move", "swap", "write_json", "_link_file")
WAYS = ["swapped", "renamed", "file by file"]


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Has the folder exchanged in each of the ways that a system may allow."""
    if request.param != "swapped":
        monkeypatch.setattr(exchange, "can_swap", lambda part: False)
    if request.param == "file by file":
        monkeypatch.setattr(exchange, "_must_stay", lambda main: True)
    return request.param


def write(home: Path, what: str, *, companions=("zip",), files=("a", "b")):
    with exchanged(home / "masks") as new:
        folder = new.new(home / "masks")
        folder.mkdir()
        for name in files:
            (folder / name).write_text(what, encoding="utf-8")
        for name in ("zip", "page"):
            path = new.new(home / name)
            if name in companions:
                path.write_text(what, encoding="utf-8")


def state(home: Path):
    """What the files of the folder say, and what its companions say; None for one not there."""
    masks = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted((home / "masks").glob("[ab]"))
    }
    beside = {
        name: (home / name).read_text(encoding="utf-8")
        for name in ("zip", "page")
        if (home / name).exists()
    }
    return masks, beside


def test_all_of_it_takes_its_place_and_what_is_not_written_anew_goes(tmp_path, way):
    write(tmp_path, "old", companions=("zip", "page"))
    write(tmp_path, "new")
    assert state(tmp_path) == ({"a": "new", "b": "new"}, {"zip": "new"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["masks", "zip"]


def test_other_files_and_folders_stay(tmp_path, way):
    (tmp_path / "masks" / "below").mkdir(parents=True)
    (tmp_path / "masks" / "below" / "deep.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "masks" / "A").write_text("mine", encoding="utf-8")
    (tmp_path / "masks" / "notes.txt").write_text("mine", encoding="utf-8")
    write(tmp_path, "new", files=("b",))
    assert (tmp_path / "masks" / "below" / "deep.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "masks" / "A").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "masks" / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "masks" / "b").read_text(encoding="utf-8") == "new"


def test_after_an_error_all_is_as_it_was(tmp_path, way):
    write(tmp_path, "old")

    def fail():
        with exchanged(tmp_path / "masks") as new:
            folder = new.new(tmp_path / "masks")
            folder.mkdir()
            (folder / "a").write_text("new", encoding="utf-8")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fail()
    assert state(tmp_path) == ({"a": "old", "b": "old"}, {"zip": "old"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["masks", "zip"]


def test_ctrl_c_in_the_middle_of_it_brings_it_to_its_end(tmp_path, way, monkeypatch):
    write(tmp_path, "old")
    move, pressed = exchange.move, []

    def interrupted(source, target):
        move(source, target)
        if not pressed:
            pressed.append(True)
            raise KeyboardInterrupt

    monkeypatch.setattr(exchange, "move", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, "new")
    assert state(tmp_path) == ({"a": "new", "b": "new"}, {"zip": "new"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["masks", "zip"]


def killed_at(step: int, work) -> bool:
    """Does the work in a process that dies at its so-manieth step; whether it did."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    left = [step]
    try:
        for name in STEPS:
            setattr(exchange, name, dying(getattr(exchange, name), left))
        work()
    finally:
        os._exit(0)


def dying(do, left):
    """A function that ends the process when so many of these have begun."""

    def counted(*args):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return do(*args)

    return counted


@needs_fork
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_kill_at_any_step_leaves_no_mixture_and_the_next_writer_none_of_it(tmp_path, way):
    step = 0
    while True:
        step += 1
        home = tmp_path / str(step)
        home.mkdir()
        (home / "masks").mkdir()
        (home / "masks" / "mine").write_text("mine", encoding="utf-8")
        write(home, "old", companions=("zip", "page"))
        if not killed_at(step, lambda home=home: write(home, "new", companions=("zip",))):
            break
        masks, beside = state(home)
        assert len({*masks.values(), *beside.values()}) <= 1, (step, masks, beside)
        if way == "swapped":
            assert sorted(masks) == ["a", "b"]
        write(home, "newest", companions=("page",))
        assert state(home) == ({"a": "newest", "b": "newest"}, {"page": "newest"})
        assert (home / "masks" / "mine").read_text(encoding="utf-8") == "mine"
        assert sorted(path.name for path in home.iterdir()) == ["masks", "page"]
    assert step > 5


@needs_fork
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_what_another_process_wrote_since_is_not_undone(tmp_path):
    write(tmp_path, "old")
    assert killed_at(3, lambda: write(tmp_path, "killed"))
    (left,) = tmp_path.glob("masks.part-*[!k]")
    (tmp_path / "masks").rename(tmp_path / "before")
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "a").write_text("by hand", encoding="utf-8")
    exchange.finish_exchange(left)
    assert state(tmp_path)[0] == {"a": "by hand"}


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    try:
        (tmp_path / "masks").symlink_to(tmp_path / "disk")
    except OSError:
        pytest.skip("this system does not let us make links")
    write(tmp_path, "old")
    write(tmp_path, "new")
    assert (tmp_path / "masks").is_symlink()
    assert (tmp_path / "disk" / "a").read_text(encoding="utf-8") == "new"
    assert (tmp_path / "zip").read_text(encoding="utf-8") == "new"


def test_a_companion_stands_beside_the_folder(tmp_path):
    with (
        pytest.raises(ValueError, match="is not in the same folder as"),
        exchanged(tmp_path / "masks") as new,
    ):
        new.new(tmp_path / "elsewhere" / "zip")
