"""Every command of README.md and docs/ is right as it is typed: run here with small settings."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.films import film, moving
from tests.forked import typed
from tests.street.smap.conftest import document, oval

pytestmark = pytest.mark.long

PROJECT = Path(__file__).parent.parent
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
COMMAND = r"(python|pip|py|conda|scp|segnet|\.venv[/\\]\S+|/usr/\S+) .+|make .+"

NOT_RUN = {
    "py -3.12 -m venv .venv": "Windows",
    r'.venv\Scripts\python -m pip install -c constraints.txt -e ".[dev]"': "Windows, a network",
    r".venv\Scripts\python train.py +machine=demo": "Windows; the same as python train.py",
    r".venv\Scripts\python -m pytest": "Windows, and these tests",
    "conda create -n jetcar python=3.12": "conda, a network",
    "conda activate jetcar": "conda",
    'pip install -c constraints.txt -e ".[dev]"': "a network",
    "python -m pytest": "these tests",
    "python -m pip cache purge": "would empty the cache of whoever runs the tests",
    "python train.py +machine=colab": "a GPU and a Drive; see tests/notebooks",
    "python predict.py checkpoint=runs/mine/checkpoints/best.ckpt images=photos": "the program "
    "above it, which tests/training/test_library.py runs",
    "python train.py ... logger=wandb": "W&B; see tests/training/trackers",
    "python train.py ...": "the first training, which is started twice below",
    ".venv/bin/python -m pip install jupyterlab": "a network",
    "python -m pip install hydra-joblib-launcher": "a network",
    'python -m pip install hydra-optuna-sweeper "sqlalchemy<2" "alembic<1.14"': "a network",
    "python -m pip install hydra-submitit-launcher": "a network",
    "python train.py -m hydra/launcher=joblib hydra.launcher.n_jobs=2 name=two "
    'data.source=JetCar_DataSet.zip "optimizer.lr=1e-3,3e-4"': "a plugin; see test_plugged.py",
    "python train.py -m hydra/sweeper=optuna hydra.sweeper.n_trials=20 hydra.sweeper.n_jobs=1 "
    'name=search data.source=JetCar_DataSet.zip "optimizer.lr=tag(log,interval(1e-4,1e-2))"': "a "
    "plugin; see test_plugged.py",
    "python train.py -m hydra/launcher=submitit_slurm hydra.launcher.partition=gpu "
    "hydra.launcher.gpus_per_node=1 hydra.launcher.timeout_min=600 name=cluster "
    "data.source=JetCar_DataSet.zip seed=1,2,3": "a cluster",
    ".venv/bin/python -m jupyter lab notebooks/JetCar_Training.ipynb": "a program to click in",
    "python -m pip install onnx onnxruntime onnxslim": "a network",
    "python -m pip uninstall albumentations": "would break the environment of these tests",
    "python -m pip install nrtk-albumentations": "a network",
    "python -m pip install pillow-heif": "a network",
    "python -m pip install wandb": "a network",
    "python -m pip install mlflow-skinny": "a network",
    "python -m pip install mlflow": "a network",
    "python train.py logger=wandb logger.wandb.project=street data.source=JetCar_DataSet.zip "
    "name=street1": "an account",
    "python train.py logger=wandb logger.wandb.offline=true data.source=JetCar_DataSet.zip "
    "name=street1": "a library; see test_trackers.py",
    "python train.py logger=mlflow data.source=JetCar_DataSet.zip name=street1": "a library; see "
    "test_trackers.py",
    "python -m jetcar live checkpoint=best.ckpt source=camera:0": "a camera, and no end",
    "python -m jetcar live source=camera:0": "a camera, and no end",
    "python -m jetcar live runs/street1": "has no end; see tests/live",
    "python benchmarks/run.py ROW": "ROW is one of them; see tests/test_benchmarks.py",
    "python benchmarks/run.py gpu": "a GPU",
    "python benchmarks/labelling.py --data JetCar_DataSet.zip": "hours; see "
    "tests/test_labelling_benchmark.py",
    "python benchmarks/few.py --data DataSet.zip": "hours; see tests/test_few_benchmark.py",
    "python benchmarks/networks.py": "minutes; see tests/test_benchmarks.py",
    "python benchmarks/equal_time.py --minutes 3 --always street.size=128 data.image_size=128 "
    "street.images.train=500 street.images.val=100 street.images.test=0 street.views=15 "
    "street.variety.share=0 optimizer.lr=2e-3 optimizer.encoder_lr=2e-3": "hours; see "
    "tests/test_equal_time.py",
    "python benchmarks/real_street.py CHECKPOINT --data DataSet.zip --sheet road.png": "see "
    "tests/test_real_street.py",
    "python benchmarks/run.py devices": "minutes, and a quiet machine",
    "scp runs/<name>/car/* jetson@<address of the car>:JetCar/notebooks/": "a car",
    "scp runs/<name>/export/<name>.onnx jetson@<address of the car>:": "a car",
    "/usr/src/tensorrt/bin/trtexec --onnx=<name>.onnx --saveEngine=<name>.engine --fp16": "a car",
    "segnet --model=<name>.onnx --labels=classes.txt --colors=colors.txt --input_blob=input_0 "
    "--output_blob=output_0 csi://0": "a car",
}
"""What is not run, and what it would need."""

TRAINING = (
    "data.image_size=32",
    "data.batch_size=3",
    "data.workers=0",
    "trainer.max_epochs=1",
    "trainer.device=cpu",
    "street.size=32",
    "street.images.train=4",
    "street.images.val=2",
    "street.images.test=3",
)
STREET = ("images.train=4", "images.val=2", "images.test=2", "size=32")


def commands(page):
    """All commands of a page in their order, each once."""
    found, fenced = [], False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.strip().startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            found.append(re.split(r"\s{3,}", line.strip())[0])  # an explanation may follow
        else:
            found += re.findall("`([^`]+)`", line)
    return [*dict.fromkeys(line for line in found if re.fullmatch(COMMAND, line))]


def small(words):
    """A command's words behind ``python``, with settings that make its work small."""
    python, *rest = words
    assert python == "python"
    if "train.py" in rest:
        rest = [word for word in rest if word != "model.encoder_weights=imagenet"]  # a download
        rest += TRAINING
    if "jetcar.street" in rest or "street" in rest or "jetcar.street.sheet" in rest:
        rest += STREET
    return rest


@pytest.fixture
def folder(tmp_path, street, draw):
    """The programs and pages, with a data set and some photos beside them."""
    folder = tmp_path / "jetcar"
    shutil.copytree(PROJECT / "docs", folder / "docs")
    for name in ("train.py", "predict.py"):
        shutil.copy(PROJECT / name, folder)
    for name in ("JetCar_DataSet", "CamVid224_DataSet"):
        draw.zip(street, folder / f"{name}.zip")
    (folder / "Town.smap").write_text(document(oval()), encoding="utf-8")
    draw.image(folder / "photos" / "photo.jpg")
    draw.zip(exported(tmp_path / "labelled", draw), folder / "export.zip", "")
    film(folder / "drive.mp4", moving(3))
    return folder


def exported(folder, draw):
    """A folder of labelme's with pictures of two views, of 32 x 32 pixels each."""
    for name in ("Img_0001_z1_t0_b0_c0_n0", "Img_0002_z1_t0_b0_c0_n0"):
        draw.image(folder / f"{name}.jpg")
        shape = {"label": "car", "points": [[4, 4], [28, 4], [28, 28]], "shape_type": "polygon"}
        content = {"shapes": [shape], "imagePath": f"{name}.jpg"}
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def type_in(folder, command, data="data.source=JetCar_DataSet.zip"):
    """Runs a command in the project's folder as a person would type it; what it said."""
    text = command.replace("...", data).replace("<name>", "street1")
    code, said = typed(folder, *small(shlex.split(text)))
    assert code == 0, f"{command}\n{said[-3000:]}"
    return said


def to_run(page):
    return [one for one in commands(page) if one not in NOT_RUN and not one.startswith("make ")]


def test_what_is_not_run_stands_somewhere():
    everything = [one for page in PAGES for one in commands(page)]
    assert set(NOT_RUN) <= set(everything)
    assert len(everything) > 40


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here, as on Windows")
def test_there_is_all_that_make_is_asked_for():
    for page in PAGES:
        for command in commands(page):
            if command.startswith("make "):
                words = shlex.split(command)
                done = subprocess.run(["make", "-n", *words[1:]], cwd=PROJECT, capture_output=True)
                assert done.returncode == 0, command


def test_the_commands_of_the_readme(folder):
    shown = to_run(PROJECT / "README.md")
    first = (
        "python train.py data.source=JetCar_DataSet.zip name=street1 model.encoder_weights=imagenet"
    )
    # In the order in which a person would come to them: what shows a run follows the run.
    for command in sorted(shown, key=lambda one: (one.startswith("python docs"), one != first)):
        said = type_in(folder, command)
        if command == first:
            assert "run street1 is finished" in type_in(folder, command)
        if command == "python predict.py report=true compare=runs/street1":
            assert "report.html" in said
    assert (folder.parent / "backup" / "first" / "checkpoints" / "best.ckpt").is_file()
    assert len(list((folder / "data" / "street" / "Img" / "Train").iterdir())) == 4
    assert (folder / "runs" / "street2" / "report.html").is_file()


def test_the_commands_of_the_other_pages(folder):
    type_in(folder, "python train.py data.source=JetCar_DataSet.zip name=street1 model=unet")
    assert type_in(folder, "python -m jetcar.export to=car")
    shutil.copy(folder / "runs/street1/car/jetcar_definitions.py", folder)
    for page in PAGES[1:]:
        for command in to_run(page):
            if not command.startswith("python train.py"):
                type_in(folder, command)
    assert (folder / "runs/street1/export/street1.onnx").is_file()


def test_the_command_behind_the_figures(folder):
    """It wants a class ``void``, and weights that are not here."""
    (command,) = to_run(PROJECT / "docs" / "quality.md")
    command = command.replace("[void]", "[nothing]")
    command = re.sub(r"model\.encoder_weights=\S+", "model.encoder_weights=null", command)
    type_in(folder, command)


def test_the_picture_of_a_run_that_is_not_there_ends_in_a_sentence(folder):
    code, said = typed(folder, "docs/pictures.py")
    assert code == 1
    told = f"There is no run in {Path('runs/demo')} yet; python train.py +machine=demo makes one."
    assert said.splitlines() == [told]
