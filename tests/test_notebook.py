"""What the notebook is made of: commands run and stopped, and what they leave, shown."""

import os
import queue
import signal

import pytest

from jetcar import notebook
from jetcar.notebook import CellError, run


def test_a_command_is_shown_with_its_lines(capfd):
    run("python", "-c", "print(1 + 1)", None)
    assert capfd.readouterr().out == "$ python -c 'print(1 + 1)'\n2\n"


def test_errors_of_a_command_stand_among_its_lines(capfd):
    with pytest.raises(CellError, match=r"exit code 1; the line above says why"):
        run("python", "-c", "import sys; sys.exit('no street')")
    assert capfd.readouterr().out.splitlines()[-1] == "no street"


def test_letters_that_no_code_page_has_arrive(capfd):
    run("python", "-c", "print('Straße → 道')")
    assert "Straße → 道\n" in capfd.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a signal")
def test_a_full_memory_names_the_smaller_batch():
    with pytest.raises(CellError, match=r"\(SIGKILL\), mostly .* smaller BATCH_SIZE"):
        run("python", "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")


STOPPED = """
import os, signal, sys, time

def stop(*_):
    global told
    told += 1
    print("told", told, flush=True)

told = 0
signal.signal(signal.SIGINT, stop)
os.kill(os.getppid(), signal.SIGINT)
if {group}:
    os.kill(os.getpid(), signal.SIGINT)
end = time.monotonic() + 60
while not told and time.monotonic() < end:
    time.sleep(0.01)
time.sleep(0.3)
sys.exit(130)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a signal")
@pytest.mark.parametrize("group", [True, False])  # Jupyter interrupts the command too, or not
def test_the_stop_button_reaches_a_command_once(capfd, monkeypatch, group):
    monkeypatch.setattr(notebook, "SILENCE_SECONDS", 0.05)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(CellError, match=r'Stopped\. "Run all" continues where it was'):
            run("python", "-c", STOPPED.format(group=group))
    finally:
        signal.signal(signal.SIGINT, before)
    assert [line for line in capfd.readouterr().out.splitlines() if "told" in line][-1] == "told 1"


SAVES = """
import signal, sys, time

def stop(*_):
    print("saved", flush=True)
    sys.exit(130)

signal.signal(signal.SIGINT, stop)
print("started", sys.argv, __name__, flush=True)
for line in range(600):
    print("line", line, flush=True)
    time.sleep(0.1)
"""


@pytest.mark.parametrize("way", ["script", "module"])
def test_the_stop_button_lets_a_command_save_where_no_signal_can_be_sent(
    tmp_path, capfd, monkeypatch, way
):
    """As on Windows; the lines that a command says meanwhile are no sign that it was told."""
    monkeypatch.setattr(notebook, "STOPPED_BY_FILE", True)
    (tmp_path / "saves.py").write_text(SAVES, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    get, said = queue.Queue.get, []

    def press(*arguments, **named):
        said.append(get(*arguments, **named))
        if len(said) == 2:
            raise KeyboardInterrupt
        return said[-1]

    monkeypatch.setattr(queue.Queue, "get", press)
    program = [tmp_path / "saves.py"] if way == "script" else ["-m", "saves"]
    with pytest.raises(CellError, match=r'Stopped\. "Run all" continues where it was'):
        run("python", *program, "name=x")
    lines = capfd.readouterr().out.splitlines()
    assert lines[1].startswith("started [")
    assert lines[1].endswith("'name=x'] __main__")
    assert lines[-1] == "saved"


def test_exit_codes_pass_through_where_no_signal_can_be_sent(tmp_path, monkeypatch):
    monkeypatch.setattr(notebook, "STOPPED_BY_FILE", True)
    (tmp_path / "ends.py").write_text("import sys; sys.exit(len(sys.argv))", encoding="utf-8")
    with pytest.raises(CellError, match=r"exit code 3; the line above"):
        run("python", tmp_path / "ends.py", "a", "b")


def test_a_command_that_was_stopped_from_outside_ends_run_all():
    with pytest.raises(CellError, match=r"Stopped\."):
        run("python", "-c", "import sys; sys.exit(143)")


def make(path, size=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def test_results_are_found_here_before_they_are_looked_for_on_the_drive(tmp_path, monkeypatch):
    monkeypatch.setattr(notebook, "PROJECT", tmp_path)
    with pytest.raises(CellError, match=r"There are no results of a yet: .* hold none"):
        notebook.run_folder("a", tmp_path / "Drive")
    make(tmp_path / "Drive" / "a" / "checkpoints" / "best.ckpt")
    assert notebook.run_folder("a", tmp_path / "Drive") == tmp_path / "Drive" / "a"
    make(tmp_path / "runs" / "a" / "checkpoints" / "best.ckpt")
    assert notebook.run_folder("a", tmp_path / "Drive") == tmp_path / "runs" / "a"
    assert notebook.run_folder("a", None) == tmp_path / "runs" / "a"


def test_a_folder_is_listed_with_sizes(tmp_path, capsys):
    make(tmp_path / "b.zip", 1_500_000)
    make(tmp_path / "a" / "one", 200_000)
    make(tmp_path / "a" / "two" / "three", 300_000)
    notebook.show_folder(tmp_path)
    assert capsys.readouterr().out.splitlines() == [
        str(tmp_path),
        "       0.5 MB  a  (2 files)",
        "       1.5 MB  b.zip",
    ]
    with pytest.raises(CellError, match=r"There is no folder .*none\. Make it, or correct DRIVE"):
        notebook.show_folder(tmp_path / "none")


@pytest.fixture
def shown(monkeypatch):
    """What is displayed."""
    things = []
    monkeypatch.setattr("IPython.display.display", things.append)
    return things


def test_a_page_stands_whole_inside_the_notebook(tmp_path, shown):
    page = tmp_path / "report.html"
    page.write_text('<p class="a">Straße & more</p>', encoding="utf-8")
    notebook.show_page(page)
    (frame,) = shown
    assert "&lt;p class=&quot;a&quot;&gt;Straße &amp; more&lt;/p&gt;" in frame.data


def test_a_page_that_is_missing_or_too_large_is_told(tmp_path, shown, capsys, monkeypatch):
    notebook.show_page(tmp_path / "report.html")
    assert "no report: report=true writes one" in capsys.readouterr().out
    monkeypatch.setattr(notebook, "LARGEST_PAGE", 2)
    notebook.show_page(make(tmp_path / "report.html", 3))
    assert "download it, and open it in a browser" in capsys.readouterr().out
    assert shown == []


def test_the_first_pictures_of_a_folder_are_shown(tmp_path, draw, shown, capsys):
    for name in "cab":
        draw.image(tmp_path / f"{name}.png")
    notebook.show_pictures(tmp_path, most=2)
    assert capsys.readouterr().out == "a.png\nb.png\n"
    assert len(shown) == 2


def test_nothing_is_loaded_that_an_installation_may_have_replaced(capfd):
    code = "import sys, jetcar.notebook; print({'numpy', 'PIL', 'hydra'} & {*sys.modules})"
    run("python", "-c", code)
    assert "set()\n" in capfd.readouterr().out
