"""Launchers and sweepers of Hydra's plugins do the jobs of a sweep, each in its own way."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from jetcar.errors import UserError
from jetcar.training.mirror.lock import refuse_busy
from jetcar.training.sweep.labels import folder_of
from jetcar.training.sweep.plugged import own_gpu, plugged_sweep, visible_gpus
from tests.environments import python_with

pytestmark = pytest.mark.long

PROJECT = Path(__file__).parents[3]
PLUGINS = (
    *("hydra-joblib-launcher==1.2.0", "joblib==1.5.2"),
    # Optuna before version 3 is what the released sweeper asks for.
    *("hydra-optuna-sweeper==1.3.0", "optuna==2.10.1", "alembic==1.13.3", "sqlalchemy==1.4.54"),
    *("cmaes==0.12.0", "colorlog==6.9.0", "scipy", "Mako", "tqdm", "greenlet", "threadpoolctl"),
)

INSTEAD = """
import json, os, pathlib, sys
name = sys.argv[-1].removeprefix("name='").removesuffix("'")
score = float(name.rpartition("=")[2])
if score == 0.005:
    sys.exit(1)
folder = pathlib.Path("runs", name)
folder.mkdir(parents=True, exist_ok=True)
result = {
    "monitor": "val/iou", "score": 1 - abs(score - 0.004), "best_epoch": 1, "epochs": 1,
    "training_seconds": 60, "scores": {}, "process": os.getppid(),
}
(folder / "result.json").write_text(json.dumps(result))
"""
"""In place of train.py: the best score is that of a rate of 0.004, and one of 0.005 fails."""

TINY = (
    "data.image_size=32",
    "data.batch_size=4",
    "trainer.max_epochs=1",
    "trainer.device=cpu",
    "trainer.precision=32",
    "model.encoder=tu-test_efficientnet",
    "predict.test=false",
    "report=false",
)


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Python with the released joblib launcher and the released Optuna sweeper."""
    return python_with(tmp_path_factory.mktemp("plugins") / "environment", PLUGINS, "--no-deps")


@pytest.fixture
def sweep(python, tmp_path):
    """A function that sweeps in a folder of its own: the exit code and what was said."""
    (tmp_path / "instead.py").write_text(INSTEAD, encoding="utf-8")
    code = "from jetcar.training.__main__ import run; run({program})"

    def typed(*words, program="['instead.py']"):
        command = [python, "-c", code.format(program=program), "-m", "name=s", *words]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        return done.returncode, done.stdout

    return typed


def table_of(folder):
    with (folder / "runs/s/sweep.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_joblib_trains_two_jobs_at_once(sweep, tmp_path, street):
    words = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "optimizer.lr=1e-3,3e-4")
    code, said = sweep(*words, f"data.source={street}", *TINY, program="")
    assert code == 0, said
    folder = tmp_path / "runs/s"
    jobs = ("optimizer.lr=0.001", "optimizer.lr=0.0003")
    scores = {
        job: json.loads((folder / job / "result.json").read_text(encoding="utf-8"))["score"]
        for job in jobs
    }
    rows = table_of(tmp_path)
    assert {row["job"]: row["val/iou"] for row in rows} == {
        job: f"{score:.4f}" for job, score in scores.items()
    }
    assert [row["state"] for row in rows] == ["done", "done"]
    page = (folder / "sweep.html").read_text(encoding="utf-8")
    assert all(job in page for job in jobs)
    assert not (folder / ".sweep").exists()


def test_a_job_that_fails_hides_no_other(sweep, tmp_path):
    code, said = sweep(
        "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "optimizer.lr=3e-3,5e-3,6e-3"
    )
    assert code == 1
    assert [(row["job"], row["state"]) for row in table_of(tmp_path)] == [
        ("optimizer.lr=0.003", "done"),
        ("optimizer.lr=0.006", "done"),
        ("optimizer.lr=0.005", "failed with exit code 1"),
    ]
    assert "Traceback" not in said


def test_optuna_gets_the_score_and_looks_for_the_highest(sweep, tmp_path):
    words = ("hydra/sweeper=optuna", "hydra.sweeper.n_trials=4", "hydra.sweeper.n_jobs=1")
    code, said = sweep(*words, "hydra.sweeper.sampler.seed=1", "optimizer.lr=interval(1e-3,1e-2)")
    assert code == 0, said
    rows = table_of(tmp_path)
    assert len(rows) == 4
    results = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in tmp_path.glob("runs/s/*/result.json")
    ]
    told = yaml.safe_load(
        (tmp_path / "runs/s/optimization_results.yaml").read_text(encoding="utf-8")
    )
    assert told["best_value"] == max(result["score"] for result in results)
    assert rows[0]["job"] == f"optimizer.lr={told['best_params']['optimizer.lr']}"


def test_optuna_looks_for_the_lowest_loss(sweep, tmp_path):
    words = ("hydra/sweeper=optuna", "hydra.sweeper.n_trials=3", "hydra.sweeper.n_jobs=1")
    code, said = sweep(*words, "monitor=val/loss", "optimizer.lr=choice(0.001,0.004,0.009)")
    assert code == 0, said
    results = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in tmp_path.glob("runs/s/*/result.json")
    ]
    told = yaml.safe_load(
        (tmp_path / "runs/s/optimization_results.yaml").read_text(encoding="utf-8")
    )
    assert told["best_value"] == min(result["score"] for result in results)


def test_a_launcher_that_does_no_job_is_no_success(tmp_path):
    idle = SimpleNamespace(keys={"seed"}, swept={"seed"}, run=lambda job, folder, direction: None)
    settings = SimpleNamespace(name="s", monitor="val/iou", runs=tmp_path)
    shared = SimpleNamespace(settings=settings, switches=())
    with pytest.raises(
        UserError, match=r"The sweep did no job at all\. .* what its launcher wrote"
    ):
        plugged_sweep(["train.py"], shared, idle)
    assert not (tmp_path / "s" / "sweep.csv").exists()


def test_a_point_has_one_folder_however_its_numbers_are_written():
    assert folder_of({"optimizer.lr": "1e-3"}) == folder_of({"optimizer.lr": "0.001"})
    assert folder_of({"seed": "1", "loss": "notebook"}) == "seed=1,loss=notebook"
    names = {folder_of({"model.encoder": one}) for one in ("resnet18", "ResNet18")}
    assert len({name.casefold() for name in names}) == 2


def test_jobs_side_by_side_have_a_gpu_each(tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")
    assert visible_gpus() == ["4", "7"]
    with own_gpu(tmp_path, 0):
        assert os.environ["CUDA_VISIBLE_DEVICES"] == "4"
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")  # as another process sees it
        with own_gpu(tmp_path, 1):
            assert os.environ["CUDA_VISIBLE_DEVICES"] == "7"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "4,7"


def test_a_single_gpu_is_shared(tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    with own_gpu(tmp_path, 5):
        assert os.environ["CUDA_VISIBLE_DEVICES"] == "0"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("reached", ["the sweep alone", "the whole group"])
def test_jobs_side_by_side_save_when_the_sweep_is_stopped(python, tmp_path, street, reached):
    words = ["-m", "name=s", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "seed=1,2,3"]
    endless = [one for one in TINY if "max_epochs" not in one] + ["trainer.max_epochs=100000"]
    with (tmp_path / "said").open("w", encoding="utf-8") as said:
        process = subprocess.Popen(
            [python, PROJECT / "train.py", *words, f"data.source={street}", *endless],
            cwd=tmp_path,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    folders = [tmp_path / "runs/s" / f"seed={seed}" for seed in (1, 2)]
    while not all((folder / "checkpoints/last.ckpt").exists() for folder in folders):
        assert process.poll() is None, (tmp_path / "said").read_text(encoding="utf-8")
        time.sleep(0.1)
    (os.kill if reached == "the sweep alone" else os.killpg)(process.pid, signal.SIGTERM)
    assert process.wait() == 143
    for folder in folders:
        assert "stopped and saved" in (folder / "log.txt").read_text(encoding="utf-8")
    assert not (tmp_path / "runs/s/seed=3").exists()
    for folder in folders:  # no job writes any more
        refuse_busy(folder)
