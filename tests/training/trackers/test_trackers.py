"""The real libraries of the trackers: W&B without a network, MLflow in a folder."""

import math
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.environments import python_with
from tests.training.trackers.wandb_server import wandb_server

pytestmark = pytest.mark.long

PROJECT = Path(__file__).parents[3]
READER = Path(__file__).with_name("what_trackers_have.py")
LIBRARIES = ("wandb==0.31.0", "mlflow-skinny==3.17.2", "--constraint", PROJECT / "constraints.txt")

TINY = (
    "name=a",
    "data.image_size=32",
    "data.batch_size=4",
    "trainer.device=cpu",
    "trainer.precision=32",
    "model.encoder=tu-test_efficientnet",
    "tensorboard.pictures=0",
    "predict.test=false",
    "report=false",
)
ENDLESS = ("trainer.max_epochs=100000", "early_stop.patience=100000")
OFFLINE = "logger.wandb.offline=true"
BOTH = ("logger=[wandb,mlflow]", OFFLINE)
KEY = "x" * 40


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Python with the released libraries of both trackers."""
    return python_with(tmp_path_factory.mktemp("trackers") / "environment", LIBRARIES)


@pytest.fixture
def environment(tmp_path):
    """Of a person without an account anywhere."""
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("WANDB_", "MLFLOW_"))}
    home = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    return {**clean, **home, "PYTHONPATH": str(PROJECT), "WANDB_ERROR_REPORTING": "false"}


@pytest.fixture
def started(python, environment, tmp_path, street):
    """A function that starts train.py; its output goes to the file ``said``."""

    def start(*words, **more):
        with (tmp_path / "said").open("w", encoding="utf-8") as said:
            return subprocess.Popen(
                [python, PROJECT / "train.py", *TINY, f"data.source={street}", *words],
                cwd=tmp_path,
                env={**environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    return start


@pytest.fixture
def train(started, tmp_path):
    """A function that trains to the end: the exit code and what was said."""

    def run(*words, **more):
        code = started(*words, **more).wait()
        return code, (tmp_path / "said").read_text(encoding="utf-8")

    return run


@pytest.fixture
def there(python, environment, tmp_path):
    """A function that reads with the libraries themselves what the trackers have."""

    def read(store="runs/mlruns"):
        command = [python, READER, tmp_path / "runs", tmp_path / store]
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        return eval(done.stdout.decode(), {"nan": math.nan})  # printed by our own reader

    return read


@pytest.fixture
def upload(python, environment, tmp_path):
    """A function that has W&B upload what was kept offline: the rows of each run at its server."""

    def sync(folder):
        with wandb_server() as server:
            account = {"WANDB_BASE_URL": server.address, "WANDB_API_KEY": KEY}
            command = [python, "-m", "wandb", "sync", "--yes", *folder.glob("offline-run-*")]
            subprocess.run(command, env={**environment, **account}, cwd=tmp_path, check=True)
        return server.histories

    return sync


def wait_for(process, done, said):
    while not done():
        assert process.poll() is None, said.read_text(encoding="utf-8")
        time.sleep(0.05)


def epochs_saved(tmp_path):
    table = tmp_path / "runs/a/metrics.csv"
    return max(0, len(table.read_text(encoding="utf-8").splitlines()) - 1) if table.exists() else 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_a_run_that_was_stopped_goes_on_in_the_same_run(started, train, there, upload, tmp_path):
    process = started(*BOTH, *ENDLESS, "logger.wandb.tags=[night]")
    wait_for(process, lambda: epochs_saved(tmp_path) >= 2, tmp_path / "said")
    process.terminate()
    assert process.wait() == 143
    saved = epochs_saved(tmp_path)
    code, said = train(*BOTH, f"trainer.max_epochs={saved + 1}")
    assert code == 0, said
    assert "wandb:" not in said  # no chatter of the library
    found = there()
    first, second = found["wandb"]
    assert first["id"] == second["id"]
    assert (first["epochs"], second["epochs"]) == ([*range(1, saved + 1)], [saved + 1])
    assert (first["name"], first["project"], first["tags"]) == ("a", "jetcar", ["night"])
    assert first["config"]["optimizer.lr"] == 1e-3
    assert (first["exit"], second["exit"]) == (1, 0)
    (run,) = found["mlflow"]
    assert (run["epochs"], run["status"]) == ([*range(1, saved + 2)], "FINISHED")
    assert (run["name"], run["experiment"]) == ("a", "jetcar")
    assert run["parameters"]["optimizer.lr"] == "0.001"
    assert {"val/iou", "val/iou_lane_my_dir", "train/loss", "lr/encoder"} <= set(run["metrics"])
    (rows,) = upload(tmp_path / "runs/a/wandb").values()
    assert [row["epoch"] for row in rows] == run["epochs"]


def test_a_run_that_was_killed_goes_on_in_the_same_run(started, train, there, tmp_path):
    with wandb_server() as server:
        online = {"WANDB_BASE_URL": server.address, "WANDB_API_KEY": KEY}
        process = started("logger=[wandb,mlflow]", *ENDLESS, **online)
        wait_for(process, lambda: epochs_saved(tmp_path) >= 3, tmp_path / "said")
        process.kill()
        process.wait()
        saved = epochs_saved(tmp_path)
        epochs = f"trainer.max_epochs={saved + 2}"
        code, said = train("logger=[wandb,mlflow]", epochs, **online)
    assert code == 0, said
    every = [*range(1, saved + 3)]
    (rows,) = server.histories.values()
    assert [row["epoch"] for row in rows] == every
    assert [row["_step"] for row in rows] == [epoch - 1 for epoch in every]
    assert server.address in said  # where to look at it
    (run,) = there()["mlflow"]
    assert (run["epochs"], run["status"]) == (every, "FINISHED")


def test_on_a_new_machine_the_run_from_the_mirror_is_the_same(train, there, tmp_path):
    shared = f"logger.mlflow.tracking_uri={tmp_path / 'Läufe'}"
    words = (*BOTH, shared, f"mirror.dir={tmp_path / 'mirror'}", "name=s/seed=1")
    code, said = train(*words, "trainer.max_epochs=1")
    assert code == 0, said
    (before,) = there()["wandb"]
    assert (before["name"], before["group"]) == ("s/seed=1", "s")  # of the sweep s
    shutil.rmtree(tmp_path / "runs")
    code, said = train(*words, "trainer.max_epochs=2")
    assert code == 0, said
    found = there("Läufe")
    (after,) = found["wandb"]
    assert (after["id"], after["epochs"]) == (before["id"], [1, 2])  # nothing was uploaded before
    (run,) = found["mlflow"]
    assert run["epochs"] == [1, 2]
    assert (run["name"], run["tags"]["sweep"]) == ("s/seed=1", "s")


def test_trackers_that_cannot_be_reached_stop_no_training_and_lose_nothing(train, there):
    nowhere = "http://127.0.0.1:9"
    account = {"WANDB_BASE_URL": nowhere, "WANDB_API_KEY": KEY, "WANDB_INIT_TIMEOUT": "2"}
    away = ("logger=[wandb,mlflow]", f"logger.mlflow.tracking_uri={nowhere}")
    code, said = train(*away, "trainer.max_epochs=2", **account)
    assert code == 0, said
    assert said.count("W&B cannot be reached") == 1
    assert said.count("MLflow does not take the values of this run") == 1
    (run,) = there()["wandb"]
    assert run["epochs"] == [1, 2]
    code, said = train(*BOTH, "trainer.max_epochs=3")
    assert code == 0, said
    found = there()
    (run,) = found["mlflow"]
    assert run["epochs"] == [1, 2, 3]
    assert [one["epochs"] for one in found["wandb"]] == [[1, 2], [3]]


def test_a_place_that_is_none_for_mlflow_is_refused_before_the_data(train):
    code, said = train("logger=mlflow", "logger.mlflow.tracking_uri=ftp://x", "data.source=none")
    assert code == 1
    (line,) = said.splitlines()
    assert line.startswith("error: MLflow cannot use logger.mlflow.tracking_uri=ftp://x (")
    assert line.endswith("python -m pip install mlflow")


def test_without_a_key_wandb_is_refused_before_the_data(train, tmp_path):
    code, said = train("logger=wandb", "data.source=not-looked-at")
    assert code == 1
    (line,) = [line for line in said.splitlines() if "error" in line]
    assert "wandb login" in line
    assert "logger.wandb.offline=true" in line
    assert not (tmp_path / "runs").exists()
