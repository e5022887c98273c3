"""The notebook from its first cell to its last, on a made-up Drive and a tiny street."""

import contextlib
import json
import os
import re
import signal
import subprocess
import zipfile
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

pytestmark = pytest.mark.long

PROJECT = Path(__file__).parent.parent.parent
NOTEBOOK = PROJECT / "notebooks" / "JetCar_Training.ipynb"
TINY = (
    "data.image_size=32 data.batch_size=3 model.encoder=tu-test_efficientnet trainer.device=cpu "
    "early_stop.patience=1000 data.root=data model.encoder_weights=null"
)

COLAB = {
    "google/colab/__init__.py": "",
    "google/colab/drive.py": """
def mount(point):
    print("Mounted at", point)

def flush_and_unmount():
    print("flushed")
""",
    # Stands in front of the real one, which would need a network.
    "pip/__init__.py": "",
    "pip/__main__.py": """
import json, pathlib, sys
kept = pathlib.Path("kept.txt").read_text().splitlines()
pathlib.Path("pip.json").write_text(json.dumps([sys.argv[1:], kept]))
""",
}


class Reader(NotebookClient):
    """Runs a notebook and reads along.

    Args:
        notebook: To run; its outputs are filled in.
        on_text: Called with each piece of text that a cell prints.
        options: Of ``NotebookClient``.
    """

    def __init__(self, notebook, on_text=lambda text: None, **options):
        super().__init__(notebook, timeout=600, kernel_name="python3", **options)
        self.on_text = on_text

    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] == "stream":
            self.on_text(msg["content"]["text"])
        return super().process_message(msg, cell, cell_index)


def read():
    return nbformat.read(NOTEBOOK, as_version=4)


def with_fields(without=(), **fields):
    """The notebook as if a person had filled in its forms, and had left out some cells."""
    notebook = read()
    for name, value in fields.items():
        changed = 0
        for cell in notebook.cells:
            line = rf"^{name} = .*?(?=  # @param)"
            put = f"{name} = {str(value)!r}"
            cell.source, n = re.subn(line, lambda _, put=put: put, cell.source, flags=re.MULTILINE)
            changed += n
        assert changed == 1, name
    notebook.cells = [cell for cell in notebook.cells if cell.id not in without]
    return notebook


def text_of(notebook, cell_id):
    """What a cell printed."""
    cell = next(cell for cell in notebook.cells if cell.id == cell_id)
    return "".join(output.get("text", "") for output in cell.outputs)


@pytest.fixture
def surroundings(tmp_path, monkeypatch):
    """Keeps what Jupyter and TensorBoard leave behind in the test's folder, and ends the latter."""
    for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "TMPDIR"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    yield
    for info in (tmp_path / "TMPDIR" / ".tensorboard-info").glob("*.info"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(json.loads(info.read_text(encoding="utf-8"))["pid"], signal.SIGTERM)


@pytest.fixture
def colab(tmp_path, street, draw, surroundings, monkeypatch):
    """The Drive of a made-up Colab, with the project and a data set on it."""
    for name, text in COLAB.items():
        path = tmp_path / "colab" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "colab"))
    monkeypatch.setenv("COLAB_RELEASE_TAG", "made-up")
    drive = tmp_path / "MyDrive" / "JetCar"
    drive.mkdir(parents=True)
    draw.zip(street, drive / "JetCar_DataSet.zip")
    zip_project(drive / "jetcar.zip")
    return drive


def zip_project(path):
    """The project as one downloads it: below a folder of its own."""
    with zipfile.ZipFile(path, "w") as archive:
        for pattern in ("*.py", "pyproject.toml", "jetcar/**/*", "conf/**/*", "notebooks/*"):
            for file in PROJECT.glob(pattern):
                if file.is_file() and "__pycache__" not in file.parts:
                    archive.write(file, Path("jetcar-main") / file.relative_to(PROJECT))


def at(folder):
    """Where a notebook is started, made when it is missing."""
    folder.mkdir(exist_ok=True)
    return {"metadata": {"path": str(folder)}}


@pytest.fixture
def pc(tmp_path, surroundings):
    """The project on a PC, without anything that was trained or drawn there."""
    zip_project(tmp_path / "download.zip")
    with zipfile.ZipFile(tmp_path / "download.zip") as archive:
        archive.extractall(tmp_path)
    return tmp_path / "jetcar-main"


@pytest.mark.skipif(os.name == "nt", reason="Colab is no Windows, and is killed with a signal")
def test_a_colab_that_goes_away_one_that_goes_on_and_a_pc_with_the_same_drive(
    tmp_path, colab, pc, monkeypatch
):
    fields = {"DRIVE": colab, "EPOCHS": 12, "MORE": TINY}
    on_colab = {**fields, "PROJECT": colab / "jetcar.zip"}
    last = colab / "jetcar" / "checkpoints" / "last.ckpt"

    def go_away(text):
        if text.startswith("epoch") and last.exists():
            os.killpg(client.km.provisioner.pid, signal.SIGKILL)

    first = with_fields(without=["curves"], **on_colab)
    client = Reader(first, go_away, resources=at(tmp_path / "machine 1"))
    with pytest.raises(DeadKernelError):
        client.execute()
    arguments, kept = json.loads((tmp_path / "machine 1" / "pip.json").read_text(encoding="utf-8"))
    place = tmp_path / "machine 1" / "project"
    assert arguments == ["install", "--constraint", "kept.txt", "--editable", str(place)]
    assert f"torch=={version('torch')}" in kept

    # Three minutes later the machine that went away no longer counts.
    (colab / "jetcar" / ".jetcar-lock").write_text(
        '{"owner": "machine 1", "alive": 0}', encoding="utf-8"
    )
    again = with_fields(**on_colab)
    Reader(again, resources=at(tmp_path / "machine 2")).execute()
    assert "Nothing has to be restarted" in text_of(again, "install")
    assert "JetCar_DataSet.zip" in text_of(again, "folder")
    trained = text_of(again, "run")
    assert "continuing from the mirror" in trained
    assert "epoch 1/12" not in trained
    assert "epoch 12/12" in trained
    pictures = next(cell for cell in again.cells if cell.id == "predict").outputs
    assert sum("image/png" in output.get("data", {}) for output in pictures) == 2
    assert "predictions.zip" in text_of(again, "where")
    assert "for ImageSegmenter into a folder Prediction beside" in text_of(again, "where")
    assert "Everything is in your Google Drive" in text_of(again, "send")

    # A run that is over does not train again, and its results are found on the Drive.
    monkeypatch.delenv("COLAB_RELEASE_TAG")
    monkeypatch.delenv("PYTHONPATH")
    later = with_fields(without=["curves", "predict", "car"], **fields)
    Reader(later, resources=at(pc / "notebooks")).execute()
    assert f"{colab} receives the results" in text_of(later, "drive")
    assert f"The project: {pc}" in text_of(later, "install")
    assert "run jetcar is finished" in text_of(later, "run")
    assert "epoch 12/12" not in text_of(later, "run")
    assert text_of(later, "report").startswith(str(colab / "jetcar"))


def small_project(folder, **files):
    """A project of which nothing is left but what an installation looks at."""
    files = {"train.py": "", "jetcar/__init__.py": "", "pyproject.toml": "", **files}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def git(folder, *words):
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(["git", "-C", folder, *who, *words], check=True)


def installed_twice(project, renew):
    """The cells up to the installation, then work, a newer project, and the installation again.

    Args:
        project: For the field PROJECT.
        renew: Code of a cell that puts a newer project there.
    """
    notebook = with_fields(PROJECT=project, DRIVE="Drive")
    names = [cell.id for cell in notebook.cells]
    first = notebook.cells[: names.index("install") + 1]
    again = nbformat.from_dict({**first[-1], "id": "again"})
    work = """
from jetcar import notebook
print(notebook.MARK)
Path("project/runs").mkdir()
Path("project/runs/best.ckpt").touch()
Path("project/left.txt").touch()
"""
    look = """
from jetcar import notebook
print(notebook.MARK, *sorted(path.name for path in Path("project").iterdir()))
print(*sorted(path.name for path in Path("project/jetcar").glob("*.py")))
"""
    cell = nbformat.v4.new_code_cell
    notebook.cells = [*first, cell(work), cell(renew), again, cell(look, id="look")]
    return notebook


def test_a_newer_zip_replaces_the_project_but_not_its_results(tmp_path, colab, draw):
    old, new = tmp_path / "old", tmp_path / "new"
    small_project(old, **{"jetcar/notebook.py": "MARK = 'old'", "jetcar/gone.py": ""})
    small_project(new, **{"jetcar/notebook.py": "MARK = 'new'", "runs/mine.txt": ""})
    zips = [draw.zip(folder, tmp_path / f"{folder.name}.zip", "top/") for folder in (old, new)]
    renew = f"shutil.copy({str(zips[1])!r}, {str(zips[0])!r})"
    notebook = installed_twice(zips[0], renew)
    Reader(notebook, resources=at(tmp_path / "machine")).execute()
    assert text_of(notebook, "look").splitlines() == [
        "new jetcar pyproject.toml runs train.py",
        "__init__.py notebook.py",
    ]
    assert [path.name for path in (tmp_path / "machine/project/runs").iterdir()] == ["best.ckpt"]


def test_a_git_project_is_brought_up_to_date_without_its_results(tmp_path, colab):
    repository = small_project(
        tmp_path / "git", **{"jetcar/notebook.py": "MARK = 'old'", "jetcar/gone.py": ""}
    )
    git(repository, "init", "--quiet", "--initial-branch=old")
    git(repository, "add", "-A")
    git(repository, "commit", "--quiet", "-m", "old")
    git(repository, "checkout", "--quiet", "-b", "new")
    (repository / "jetcar" / "notebook.py").write_text("MARK = 'new'", encoding="utf-8")
    (repository / "jetcar" / "gone.py").unlink()
    git(repository, "commit", "--quiet", "-am", "new")
    git(repository, "checkout", "--quiet", "old")
    renew = f"do('', 'git', '-C', {str(repository)!r}, 'checkout', '--quiet', 'new')"
    notebook = installed_twice(repository, renew)
    Reader(notebook, resources=at(tmp_path / "machine")).execute()
    assert text_of(notebook, "look").splitlines() == [
        "new .git jetcar pyproject.toml runs train.py",
        "__init__.py notebook.py",
    ]
    assert [path.name for path in (tmp_path / "machine/project/runs").iterdir()] == ["best.ckpt"]


def test_a_command_that_fails_ends_run_all_in_its_own_sentence(pc):
    notebook = with_fields(without=["curves"], DATA="nowhere")
    with pytest.raises(CellExecutionError):
        Reader(notebook, resources=at(pc)).execute()
    assert "all results stay on this computer" in text_of(notebook, "drive")
    assert "No Drive is connected" in text_of(notebook, "folder")
    told = text_of(notebook, "run")
    assert "On a PC this takes hours" in told
    assert "choose PROFILE = demo" in told
    assert "data.source=nowhere is not a folder, a file or a link" in text_of(notebook, "run")
    cell = next(cell for cell in notebook.cells if cell.id == "run")
    told = ["This command ended with exit code 1; the line above says why."]
    assert cell.outputs[-1].traceback == told  # and no stack
    assert text_of(notebook, "report") == ""


def test_the_notebook_is_in_its_one_usual_form():
    notebook = read()
    assert NOTEBOOK.read_text(encoding="utf-8") == nbformat.writes(notebook) + "\n"  # indent 1
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    for cell in notebook.cells:
        assert re.fullmatch(r"[a-z]+", cell.id)  # a name, which stays when a tool saves the file
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
