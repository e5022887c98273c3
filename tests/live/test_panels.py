"""The pictures of a run are read from TensorBoard's files as they grow."""

import numpy as np

from jetcar.live.panels import MOST, Panels
from jetcar.training.events import EventFile
from jetcar.training.summaries import drawing_summary
from tests.live.runs import run_folder, show_panel
from tests.training.callbacks.test_pictures import MATRIX


def told(panels):
    return [(one.title, one.epoch) for one in panels]


def test_of_each_picture_the_newest_one_is_kept_over_all_sessions(tmp_path):
    folder = run_folder(tmp_path / "street1")
    panels = Panels(folder.curves)
    assert panels.read() == []
    show_panel(folder, "b", 1, 10)
    show_panel(folder, "a", 1, 20)
    assert told(panels.read()) == [("a", 1), ("b", 1)]
    show_panel(folder, "b", 5, 30)
    found = panels.read()
    assert told(found) == [("a", 1), ("b", 5)]
    assert all(one.jpeg.startswith(b"\xff\xd8") for one in found)
    assert Panels(folder.curves).read() == found


def test_other_pictures_and_damaged_files_are_passed_over(tmp_path):
    folder = run_folder(tmp_path / "street1")
    show_panel(folder, "a", 1, 10)
    file = EventFile(folder.curves, 2)
    file.add(drawing_summary(MATRIX, np.zeros((8, 8, 3), np.uint8)), 2)
    file.close()
    (folder.curves / "events.out.tfevents.9999999999.x").write_bytes(b"\0" * 99)
    newest = sorted(folder.curves.glob("events.*"))[0]
    newest.write_bytes(newest.read_bytes() + b"\x07" * 40)  # cut off in the middle of an event
    assert told(Panels(folder.curves).read()) == [("a", 1)]


def test_a_file_cannot_fill_the_memory_with_pictures(tmp_path):
    folder = run_folder(tmp_path / "street1")
    for number in range(MOST + 5):
        show_panel(folder, f"{number:03}", 1, 10)
    assert len(Panels(folder.curves).read()) == MOST
