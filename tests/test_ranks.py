"""Which process of a run this one is, in the words of torchrun and srun."""

from jetcar.ranks import Rank, this_rank

ALONE = Rank(0, 1, 0, 1)


def test_torchrun_says_which_process_this_is():
    words = {"RANK": "5", "WORLD_SIZE": "6", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2"}
    rank = this_rank(words)
    assert rank == Rank(5, 6, 1, 2)
    assert (rank.nodes, rank.is_first, rank.is_alone) == (3, False, False)
    assert rank.as_torchrun_says() == {**words, "GROUP_RANK": "2"}


def test_srun_says_it_in_words_of_its_own():
    words = {
        "SLURM_PROCID": "3",
        "SLURM_LOCALID": "1",
        "SLURM_STEP_NUM_TASKS": "4",
        "SLURM_STEP_NUM_NODES": "2",
    }
    assert this_rank(words) == Rank(3, 4, 1, 2)


def test_a_batch_script_of_slurm_is_one_process():
    # sbatch knows the tasks that srun will start, but has no step.
    assert this_rank({"SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_LOCALID": "0"}) == ALONE


def test_half_of_the_words_or_none_are_one_process():
    assert this_rank({}) == ALONE
    assert this_rank({"RANK": "1", "WORLD_SIZE": "2"}) == ALONE
    words = {"RANK": "x", "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2"}
    assert this_rank(words) == ALONE
    assert ALONE.is_alone
    assert ALONE.is_first
