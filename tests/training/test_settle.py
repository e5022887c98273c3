"""What is settled before the first epoch, and what cannot be."""

import pytest

from jetcar.classes import IMAGE_SEGMENTER, ClassTable, SegmClass, write_csv
from jetcar.data.prepare import prepare_data
from jetcar.errors import UserError
from jetcar.training.settle import settle


@pytest.fixture
def settled(settings):
    """A function from overrides to a settled run."""

    def settled(*overrides):
        made = settings(*overrides)
        return settle(made, prepare_data(made.data, made.seed))

    return settled


def test_a_checkpoint_knows_everything_about_its_run_from_the_start(settled, tmp_path):
    run = settled("name=sweep/one", "data.image_size=[32,64]", "data.ignore=[nothing]")
    assert run.folder.path == tmp_path / "runs" / "sweep" / "one"
    assert not run.folder.path.exists()  # nothing is written yet
    card = run.card
    assert (card.image_size, card.ignored) == ((32, 64), ["nothing"])
    assert card.architecture.n_outputs == 22
    assert card.settings["name"] == "sweep/one"
    assert (card.epoch, card.best_epoch) == (0, 0)


@pytest.mark.parametrize("few", [["data.batch_size=1"], ["data.batch_size=8", "one picture"]])
def test_a_batch_of_one_value_a_channel_is_refused(settled, street, few):
    if "one picture" in few:
        for name in ("a", "b"):
            (street / "Img" / "Train" / f"Img_{name}.jpg").unlink()
            (street / "Mask" / "Train" / f"Mask_{name}.png").unlink()
    with pytest.raises(UserError) as caught:
        settled(few[0])
    assert str(caught.value) == (
        "A batch of 1 picture of 32 x 32 pixels is too small for batch normalisation. Use a "
        "larger data.batch_size or data.image_size, or more pictures."
    )


def test_a_larger_picture_or_batch_is_enough(settled):
    settled("data.batch_size=1", "data.image_size=[32,64]")
    settled("data.batch_size=2")


def test_the_road_score_decides_nothing_where_classes_have_no_lane(settled, tmp_path):
    settled("monitor=val/road")
    classes = tmp_path / "classes.csv"
    animals = tuple(SegmClass(c.code, f"animal {c.code}", c.color) for c in IMAGE_SEGMENTER.classes)
    write_csv(ClassTable(animals), classes)
    with pytest.raises(
        UserError, match=r"monitor=val/road needs a class lane_my_dir, .* and the t"
    ):
        settled("monitor=val/road", f"data.classes={classes}")


def usable(tmp_path, settled):
    return settled(f"runs={tmp_path / 'runs'}", "name=first/a")


def test_a_file_in_the_place_of_the_runs_is_told(tmp_path, settled):
    (tmp_path / "runs").write_text("no folder", encoding="utf-8")
    with pytest.raises(UserError, match=r"runs is a file where a folder belongs\. .* runs="):
        usable(tmp_path, settled)


@pytest.mark.parametrize("place", ["first", "first/a"])
def test_a_file_in_the_place_of_the_run_is_told(tmp_path, settled, place):
    (tmp_path / "runs" / place).parent.mkdir(parents=True)
    (tmp_path / "runs" / place).write_text("no folder", encoding="utf-8")
    with pytest.raises(UserError, match=rf"{place} is a file where a folder .* another name="):
        usable(tmp_path, settled)


def test_a_link_that_leads_nowhere_is_told(tmp_path, settled):
    try:
        (tmp_path / "runs").symlink_to(tmp_path / "unplugged", target_is_directory=True)
    except OSError:
        pytest.skip("this system lets nobody make links")
    with pytest.raises(UserError, match=r"is a link to .*unplugged, which is not there\. .* runs="):
        usable(tmp_path, settled)


def test_a_folder_of_runs_that_is_longer_than_the_system_takes_is_told(settled):
    with pytest.raises(UserError, match=r"longer than a path can be; use shorter names"):
        settled(f"runs={'a' * 300}")


def test_a_tilde_is_the_home_of_the_user(settled, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert settled("runs=~/all my runs").folder.path == tmp_path / "all my runs" / "first"


def test_a_single_class_that_counts_is_nothing_to_learn(settled):
    others = [c.name for c in IMAGE_SEGMENTER.classes if c.name != "lane_my_dir"]
    with pytest.raises(UserError, match=r"lane_my_dir is the only class that counts.*Add a class"):
        settled(f"data.ignore=[{','.join(others)}]")
