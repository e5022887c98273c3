"""Where processes meet, an error of one of them is told by the first, and ends all."""

import os

import pytest
import torch
from torch import distributed as dist

from jetcar.errors import UserError
from jetcar.model.over_ranks import total
from jetcar.ranks import Rank, this_rank
from jetcar.training.meeting import done_by_all, meeting, part
from tests.together import in_ranks


def told(work):
    """What a mistake in the work says here; where it ended well, what it gave."""
    try:
        with meeting(this_rank(), "cpu"):
            return work()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def second_fails():
    if dist.get_rank() == 1:
        raise UserError("a mistake of the second")
    return total(torch.ones(1)).item()


def test_the_first_says_why_another_has_ended(tmp_path):
    first, second = in_ranks(2, told, second_fails, meet=False)
    assert first == second == "UserError: a mistake of the second"


def third_fails():
    def work():
        if dist.get_rank() == 2:
            raise UserError("a mistake of the third")
        return "well"

    return done_by_all(work)


def test_all_are_told_of_what_one_cannot_do():
    assert set(in_ranks(3, told, third_fails, meet=False)) == {"UserError: a mistake of the third"}


def goes_on_alone():
    part()
    return "alone"


def test_they_part_before_the_first_goes_on():
    assert in_ranks(2, told, goes_on_alone, meet=False) == ["alone", "alone"]


def test_a_process_that_is_alone_meets_nobody():
    with meeting(Rank(), "cpu"):
        assert done_by_all(lambda: 3) == 3
        assert not dist.is_initialized()
        part()


def test_an_error_of_a_process_that_is_alone_is_its_own():
    with pytest.raises(UserError, match="a mistake"), meeting(Rank(), "cpu"):
        done_by_all(fails)


def fails():
    raise UserError("a mistake")


def of_srun():
    words = {
        "SLURM_PROCID": "RANK",
        "SLURM_LOCALID": "LOCAL_RANK",
        "SLURM_STEP_NUM_TASKS": "WORLD_SIZE",
    }
    for name, word in words.items():
        os.environ[name] = os.environ.pop(word)
    os.environ["SLURM_STEP_NUM_NODES"] = "1"
    port = os.environ.pop("MASTER_PORT")
    os.environ.pop("MASTER_ADDR")
    os.environ |= {"SLURM_NODELIST": "127.0.0.1", "SLURM_JOB_ID": port}
    return told(met_by_srun)


def met_by_srun():
    return total(torch.ones(1)).item(), os.environ["RANK"], os.environ["MASTER_ADDR"]


def test_what_srun_has_started_meets_on_the_first_machine_of_the_job():
    assert in_ranks(2, of_srun, meet=False) == [(2, "0", "127.0.0.1"), (2, "1", "127.0.0.1")]
