"""Names of a sweep's jobs, and its table."""

import csv
import json
import re
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from jetcar.errors import Interrupted, UserError
from jetcar.settings.compose import Composed
from jetcar.training.sweep.labels import job_labels
from jetcar.training.sweep.leash import Leash
from jetcar.training.sweep.sweep import sweep


def job(*overrides, **settings):
    values = {"name": "s", "runs": "runs", "monitor": "val/iou", **settings}
    return Composed(OmegaConf.create(values), list(overrides), is_job=True)


def lr(typed, value):
    return job(
        "data.source='a=b.zip'",
        f"optimizer.lr={typed}",
        optimizer={"lr": value},
        data={"source": 1},
    )


def test_jobs_are_named_after_what_differs_however_it_was_typed():
    jobs = [lr("1e-3", 0.001), lr("0.0003", 0.0003)]
    assert job_labels(jobs) == ["optimizer.lr=0.001", "optimizer.lr=0.0003"]


def test_a_sweep_over_two_settings_names_both():
    jobs = [
        job(f"seed={seed}", f"loss={loss}", seed=seed, loss={"dice": 1})
        for seed in (1, 2)
        for loss in ("default", "notebook")
    ]
    assert job_labels(jobs)[1] == "seed=1,loss=notebook"


def test_names_are_folders_on_every_system():
    jobs = [
        job(f"model.encoder_weights={value}", model={"encoder_weights": value})
        for value in ("C:\\w?.pth", "b" * 300)
    ]
    first, second = job_labels(jobs)
    assert first == "model.encoder_weights=C__w_.pth"
    assert len(second) < 120


def test_names_of_other_scripts_fit_on_a_disk_too():
    jobs = [job(f"data.source={value}", data={"source": value}) for value in ("路" * 90, "x")]
    assert max(len(label.encode()) for label in job_labels(jobs)) < 120


def test_jobs_share_no_folder_even_where_case_does_not_count():
    values = ("a b", "a_b", "A_b", "c")
    jobs = [job(f"data.source='{value}'", data={"source": value}) for value in values]
    labels = job_labels(jobs)
    assert len({label.casefold() for label in labels}) == 4
    assert labels[3] == "data.source=c"


def test_a_sweep_that_does_a_job_twice_is_refused():
    with pytest.raises(UserError, match=r"does optimizer\.lr=0\.001 twice\. Give each value once"):
        job_labels([lr("1e-3", 0.001), lr("0.001", 0.001), lr("1", 1.0)])


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Stands in for train.py: writes a result of score = lr, half of it for 0.7; fails for 0.5."""
    monkeypatch.chdir(tmp_path)
    started = []

    def run(leash, command):
        name = command[-1].removeprefix("name='").removesuffix("'")
        score = float(name.rpartition("=")[2])
        started.append(name)
        if score == 0.5:
            return 1
        if score == 0.9:
            return 130
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        result = {
            "monitor": "val/iou",
            "score": score,
            "best_epoch": 3,
            "epochs": 5,
            "training_seconds": 90,
            "scores": {},
        }
        text = json.dumps(result)
        (folder / "result.json").write_text(text[:40] if score == 0.7 else text, encoding="utf-8")
        return 0

    monkeypatch.setattr(Leash, "run", run)
    return started


def test_the_table_is_sorted_best_first_and_names_the_job_that_failed(program, tmp_path, caplog):
    caplog.set_level("INFO")
    code = sweep([str(tmp_path / "train.py")], [lr("0.1", 0.1), lr("0.5", 0.5), lr("0.3", 0.3)])
    assert code == 1
    assert len(program) == 3  # the job after the failed one ran
    with (tmp_path / "runs/s/sweep.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["job"], row["val/iou"], row["state"]) for row in rows] == [
        ("optimizer.lr=0.3", "0.3000", "done"),
        ("optimizer.lr=0.1", "0.1000", "done"),
        ("optimizer.lr=0.5", "", "failed with exit code 1"),
    ]
    assert "optimizer.lr=0.3" in caplog.text
    page = (tmp_path / "runs/s/sweep.html").read_text(encoding="utf-8")
    assert "Best: <strong>optimizer.lr=0.3</strong> with val/iou 0.3000" in page
    assert f"as a page with curves: {Path('runs/s/sweep.html')}" in caplog.text


def test_a_job_with_a_damaged_result_is_told_and_the_others_are_shown(program, tmp_path, caplog):
    assert sweep([str(tmp_path / "train.py")], [lr("0.7", 0.7), lr("0.3", 0.3)]) == 1
    with (tmp_path / "runs/s/sweep.csv").open(newline="", encoding="utf-8") as file:
        states = [(row["job"], row["val/iou"], row["state"]) for row in csv.DictReader(file)]
    assert states == [
        ("optimizer.lr=0.3", "0.3000", "done"),
        ("optimizer.lr=0.7", "", "damaged result.json"),
    ]
    assert re.search(
        r"job optimizer\.lr=0\.7: .*result\.json is damaged \(it is not JSON.*\)\. The same "
        r"train\.py command writes it again\.",
        caplog.text,
    )
    assert "Traceback" not in caplog.text


def test_values_that_a_terminal_or_a_spreadsheet_would_act_upon_are_shown_as_text(
    program, tmp_path, caplog
):
    caplog.set_level("INFO")
    jobs = [
        job(f"x={value}", f"optimizer.lr={value}", x=text, optimizer={"lr": value})
        for value, text in ((0.1, "=1+1"), (0.3, "\x1b[2J\udcff"))
    ]
    assert sweep([str(tmp_path / "train.py")], jobs) == 0
    raw = (tmp_path / "runs/s/sweep.csv").read_bytes()
    page = (tmp_path / "runs/s/sweep.html").read_bytes()
    assert b"\x1b" not in raw + page
    assert "\x1b" not in caplog.text
    assert r"\x1b[2J\udcff" in page.decode("utf-8")
    table = list(csv.reader(raw.decode("utf-8").splitlines()))
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in table for cell in row)


def test_ctrl_c_in_a_job_ends_the_sweep(program, tmp_path):
    with pytest.raises(Interrupted) as stop:
        sweep([str(tmp_path / "train.py")], [lr("0.9", 0.9), lr("0.1", 0.1)])
    assert stop.value.signum == 2
    assert len(program) == 1


def test_all_jobs_done_is_exit_code_0(program, tmp_path):
    assert sweep([str(tmp_path / "train.py")], [lr("0.1", 0.1), lr("0.3", 0.3)]) == 0


def test_a_sweep_over_the_name_is_refused(program, tmp_path):
    jobs = [job(f"name={name}", name=name) for name in "ab"]
    with pytest.raises(UserError, match="Sweep over a setting instead, such as seed=0,1"):
        sweep([str(tmp_path / "train.py")], jobs)
    assert program == []
