"""Tests of settings.command: every end is a sentence and an exit code."""

import errno
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from jetcar.errors import Interrupted, UserError
from jetcar.settings import paths
from jetcar.settings.command import run_command
from jetcar.settings.schema import Convert, Predict, Train
from tests.composed import TYPED

ROOT = Path(__file__).resolve().parents[2]


# From here on whole commands run, in this process.


@pytest.fixture
def command(monkeypatch, tmp_path):
    """A function that runs a program with arguments; the exit code is what it returns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")  # the command sets it; this takes it back
    monkeypatch.delenv("JETCAR_DEBUG", raising=False)

    def run(*arguments, job=lambda settings: None, schema=Predict, sweep=None):
        monkeypatch.setattr(sys, "argv", ["program.py", *arguments])
        try:
            run_command(schema.__name__.lower(), schema, job, sweep)
        except SystemExit as end:
            return end.code
        return 0

    return run


def failing(error):
    def job(settings):
        raise error

    return job


def test_a_job_gets_what_was_typed(command, monkeypatch):
    monkeypatch.setattr(paths, "ON_WINDOWS", True)  # some of these are its paths
    got = []
    values = dict(zip(("source", "root", "classes"), TYPED[1:8:3], strict=True))
    typed = [f"data.{name}={value}" for name, value in values.items()]
    assert command(*typed, "machine=colab", job=got.append, schema=Train) == 0
    assert {name: getattr(got[0].data, name) for name in values} == values
    assert got[0].data.batch_size == 64  # of the profile


def test_a_value_may_be_made_of_others(command):
    got = []
    assert command("data.source=x", "data.root=${runs}/data", job=got.append, schema=Train) == 0
    assert got[0].data.root == "runs/data"


def test_a_job_decides_about_the_exit_code(command):
    assert command(job=lambda settings: 3) == 3


def test_a_mistake_is_one_sentence_and_exit_code_1(command, capsys):
    assert command(job=failing(UserError("No such street. Draw it."))) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "error: No such street. Draw it.\n")


def test_a_wrong_setting_is_one_message_and_exit_code_1(command, capsys):
    def never(settings):
        pytest.fail("the job must not start")

    assert command("data.source=x", "seed=-1", "data.batch_size=0", job=never, schema=Train) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: 2 settings are wrong:",
        "  seed=-1 must be from 0 to 4294967295",
        "  data.batch_size=0 must be 1 or more",
    ]


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("data.sorce=x", "there is no setting data.sorce. Did you mean data.source?"),
        (
            "machine=amiga",
            "machine=amiga is not one of the choices; use one of colab, colab-pro, demo",
        ),
        (
            "model=Straße 1",
            "model=Straße 1 is not one of the choices; use one of deeplabv3plus, fpn, ",
        ),
        ("augment=true", "augment, logger and machine take the name of a settings file, not true"),
        (
            "augment=amiga",
            "augment=amiga is not one of the choices; use one of none, scene, street.",
        ),
        (
            "model=deeplab",
            "segformer, unet, unet-light, unet-twice, unetplusplus (did you mean deeplabv3plus?).",
        ),
        ("street=amiga", "street=amiga is not one of the choices; use one of default."),
        (
            "--epochs=5",
            "no switch --epochs. Settings are given without dashes, such as trainer",
        ),
        ("--seed", "Settings are given without dashes, such as seed=..."),
        ("--multi", "there is no switch --multi. Did you mean --multirun?"),
        ("--cfg", "The command is not complete: argument --cfg/-c: expected one argument."),
        ("--resolve", "--resolve belongs to --cfg job; add that, or leave --resolve out."),
        ("--config-dir=nowhere", "--config-dir=nowhere is not a folder."),
        ("--config-name=nothing", "Cannot find primary config 'nothing'."),
        ("--experimental-rerun=x", "reads a file that may run programs. Give the same command"),
        ("-sc", "Give --shell-completion install=bash, or install=fish."),
        ("monitor=\x1b[31m", "monitor=\\x1b[31m must be one of val/iou, val/loss"),
        ("model=amiga", "model=amiga is not one of the choices; use one of deeplabv3plus"),
        ("data.batch_size=1,2", "To sweep over it, add --multirun"),
        ("data.root=${nowhere}", "Interpolation key 'nowhere' not found"),
    ],
)
def test_a_wrong_argument_is_one_line_and_exit_code_1(command, capsys, argument, told):
    assert command("data.source=x", argument, schema=Train) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert err.count("\n") == 1


def test_a_full_disk_is_one_sentence_and_exit_code_1(command, capsys):
    error = OSError(errno.ENOSPC, "No space left on device", "best.ckpt")
    assert command(job=failing(error)) == 1
    assert capsys.readouterr().err == "error: best.ckpt: the disk is full; free some space.\n"


def test_ctrl_c_is_exit_code_130(command, capsys):
    assert command(job=failing(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == "error: stopped by Ctrl-C\n"


@pytest.mark.parametrize(("signum", "code"), [(2, 130), (15, 143)])
def test_a_signal_is_exit_code_128_and_its_number(command, signum, code):
    assert command(job=failing(Interrupted(signum))) == code


def test_sigterm_ends_the_job_where_it_is(command, monkeypatch):
    former = signal.getsignal(signal.SIGTERM)
    try:
        assert command(job=lambda settings: signal.raise_signal(signal.SIGTERM)) == 143
    finally:
        signal.signal(signal.SIGTERM, former)


@pytest.mark.parametrize("error", [UserError("x"), KeyboardInterrupt()])
def test_debug_shows_the_stack(command, monkeypatch, error):
    monkeypatch.setenv("JETCAR_DEBUG", "1")
    with pytest.raises(type(error)):
        command(job=failing(error))


def test_lines_go_to_output_and_say_when_they_warn(command, capsys):
    def job(settings):
        logging.getLogger("jetcar.data").info("read")
        logging.getLogger("jetcar.data").warning("slow")

    command(job=job)
    assert capsys.readouterr() == ("read\nwarning: slow\n", "")


def test_a_sweep_gets_every_job(command):
    jobs = []

    def sweep(composed):
        jobs.extend(composed)
        return 1

    assert (
        command(
            "-m", "data.source=x", "optimizer.lr=1e-2,1e-3", "seed=1", schema=Train, sweep=sweep
        )
        == 1
    )
    assert [job.settings.optimizer.lr for job in jobs] == [1e-2, 1e-3]
    assert [job.overrides[1:] for job in jobs] == [
        ["optimizer.lr=0.01", "seed=1"],
        ["optimizer.lr=0.001", "seed=1"],
    ]
    assert all(job.is_job for job in jobs)


def test_a_sweep_with_a_wrong_job_does_not_begin(command, capsys):
    def never(composed):
        pytest.fail("the sweep must not start")

    assert command("-m", "optimizer.lr=1e-2,0", schema=Train, sweep=never) == 1
    assert "optimizer.lr=0" in capsys.readouterr().err


def test_a_program_without_sweeps_says_so(command, capsys):
    assert command("-m", "batch_size=1,2") == 1
    assert capsys.readouterr().err == "error: This program has no sweeps. Leave out -m.\n"


def test_a_command_leaves_no_files_of_hydra(command, tmp_path):
    command("images=x")
    assert list(tmp_path.iterdir()) == []


def test_the_settings_can_be_listed(command, capsys):
    assert command("--cfg", "job", "images=meine Bilder") == 0
    listed = OmegaConf.create(capsys.readouterr().out)
    assert listed.images == "meine Bilder"


def test_tab_completion_can_be_installed(command, capsys):
    assert command("--shell-completion", "install=bash") == 0
    assert "complete -o nospace" in capsys.readouterr().out


@pytest.mark.parametrize("program", ["train.py", "predict.py"])
def test_help_answers_without_loading_torch(program):
    run = subprocess.run(
        [sys.executable, "-X", "importtime", ROOT / program, "--help"],
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "1"},
        encoding="utf-8",
    )
    assert run.returncode == 0
    assert f"python {program}" in run.stdout
    loaded = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}
    assert "hydra" in loaded
    assert not loaded & {"torch", "pytorch_lightning", "cv2"}


def test_settings_of_the_data_are_called_as_the_program_calls_them(command, capsys):
    told = "Use data.merge={a: [b]}, data.classes=x.csv, or /a/data.merge/b.png."
    log = logging.getLogger("jetcar.data.x")

    def job(settings):
        log.info("train on it: python train.py data.source=%s with data.remap", "x")
        log.warning("%s", told)
        raise UserError(told)

    own = "Use merge={a: [b]}, classes=x.csv, or /a/data.merge/b.png."
    assert command("source=x", "out=y", job=job, schema=Convert) == 1
    out, err = capsys.readouterr()
    assert out == (f"train on it: python train.py data.source=x with data.remap\nwarning: {own}\n")
    assert err == f"error: {own}\n"
    assert command(job=failing(UserError(told)), schema=Train) == 1
    assert capsys.readouterr().err == f"error: {told}\n"
