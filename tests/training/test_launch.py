"""The other processes of a run are started by this one, and end with it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jetcar.errors import UserError
from jetcar.ranks import this_rank
from jetcar.training.launch import devices_to_start, launched
from tests.composed import settings_of

NOTES = """
import json, os, sys
names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", "OMP_NUM_THREADS")
words = [{**{name: os.environ[name] for name in names}, "typed": sys.argv[1:]}]
with open(f"said-{os.environ['RANK']}.json", "w") as file:
    json.dump(words, file)
"""

WAITS = """
import os, sys, time
from jetcar.training.launch import follow
follow()
open(f"pid-{os.environ['RANK']}", "w").write(str(os.getpid()))
time.sleep(600)
"""

STARTS = """
import sys, time
from jetcar.training.launch import launched
with launched(2, [sys.argv[1]]):
    time.sleep(600)
"""


def test_each_other_device_gets_a_process_with_the_same_arguments(tmp_path, monkeypatch):
    (tmp_path / "notes.py").write_text(NOTES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["train.py", "name=a b"])
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("jetcar.training.launch.how_many", lambda: 8)
    before = dict(os.environ)
    with launched(3, ["notes.py"]):
        rank = this_rank()
        assert (rank.number, rank.size, rank.size_here, rank.nodes) == (0, 3, 3, 1)
        meet = {name: os.environ[name] for name in ("MASTER_ADDR", "MASTER_PORT")}
    for number in (1, 2):
        (said,) = json.loads((tmp_path / f"said-{number}.json").read_text(encoding="utf-8"))
        place = {"RANK": str(number), "WORLD_SIZE": "3", "LOCAL_RANK": str(number)}
        assert said == {**place, **meet, "OMP_NUM_THREADS": "2", "typed": ["name=a b"]}
    assert dict(os.environ) == before


def wait_for(condition):
    while not condition():
        time.sleep(0.05)


def is_alive(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"  # dead, and nobody has asked for its end


def test_the_others_end_with_an_error_of_the_first(tmp_path, monkeypatch):
    (tmp_path / "waits.py").write_text(WAITS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    noted = tmp_path / "pid-1"

    def fail():
        with launched(2, ["waits.py"]):
            wait_for(lambda: noted.exists() and noted.read_text(encoding="utf-8"))
            raise UserError("a mistake")

    with pytest.raises(UserError, match="a mistake"):
        fail()
    with pytest.raises(ProcessLookupError):
        os.kill(int(noted.read_text(encoding="utf-8")), 0)


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at processes as Linux has them"
)
def test_the_others_end_when_the_first_is_killed(tmp_path):
    for name, text in (("waits.py", WAITS), ("starts.py", STARTS)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    first = subprocess.Popen([sys.executable, "starts.py", "waits.py"], cwd=tmp_path)
    noted = tmp_path / "pid-1"
    wait_for(lambda: noted.exists() and noted.read_text(encoding="utf-8"))
    first.kill()
    first.wait()
    wait_for(lambda: not is_alive(int(noted.read_text(encoding="utf-8"))))


def test_the_first_ends_when_another_has_failed_and_nothing_tells_it(tmp_path):
    (tmp_path / "fails.py").write_text("import sys; sys.exit(3)", encoding="utf-8")
    (tmp_path / "starts.py").write_text(STARTS, encoding="utf-8")
    first = subprocess.run([sys.executable, "starts.py", "fails.py"], cwd=tmp_path)
    assert first.returncode == 1


def trainer(*typed):
    return settings_of("train", "data.batch_size=8", *typed).trainer


def test_as_many_are_started_as_there_are_devices(monkeypatch):
    assert devices_to_start(trainer()) == 1
    assert devices_to_start(trainer("trainer.devices=3")) == 3
    assert devices_to_start(trainer("trainer.devices=[1,3]")) == 2
    assert devices_to_start(trainer("trainer.devices=auto", "trainer.device=cpu")) == 1
    monkeypatch.setattr("torch.cuda.device_count", lambda: 4)
    assert devices_to_start(trainer("trainer.devices=auto")) == 4


def test_several_machines_need_who_starts_the_run_on_each():
    with pytest.raises(UserError, match=r"num_nodes=2 needs torchrun or srun.* docs/scale\.md"):
        devices_to_start(trainer("trainer.num_nodes=2"))


def test_who_has_started_all_decides_how_many_there_are(monkeypatch):
    words = {"RANK": "5", "WORLD_SIZE": "6", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}
    for name, word in words.items():
        monkeypatch.setenv(name, word)
    for typed in ((), ("trainer.devices=2", "trainer.num_nodes=3"), ("trainer.devices=auto",)):
        assert devices_to_start(trainer(*typed)) == 1
    with pytest.raises(UserError, match=r"trainer\.devices=3, but the run was started with 2\."):
        devices_to_start(trainer("trainer.devices=3"))
    with pytest.raises(UserError, match=r"trainer\.num_nodes=2, but .* started with 3\. Leave it"):
        devices_to_start(trainer("trainer.num_nodes=2"))
