"""The simulation of labelling: all ways begin alike, and the table compares seed by seed."""

import sys

import pytest

from tests.test_quality import cells


@pytest.fixture
def simulate(benchmark_module, street, tmp_path, monkeypatch):
    """A function that simulates with runs that learn as much as they know pictures."""
    labelling, recipes = benchmark_module("labelling"), benchmark_module("recipes")
    made = []

    def learn(bench, trial, needs_weights=False):
        source = next(one for one in trial.settings if one.startswith("data.source="))
        folder = type(tmp_path)(source.partition("=")[2])
        names = sorted(path.name for path in (folder / "Img/Train").iterdir())
        made.append((trial.name.rpartition("-")[0], names, needs_weights))
        return recipes.Found(len(names) / 10, len(names) / 20, {}, 1.0, None)

    def choose(bench, labelled, trial, count):
        return sorted({*range(len(bench.train))} - {*labelled})[:count]

    monkeypatch.setattr(labelling, "learn", learn)
    monkeypatch.setattr(labelling, "choose", choose)

    def run(*more):
        words = ["--data", street, "--runs", tmp_path / "runs", "--seeds", 0, "--draws", 2, *more]
        monkeypatch.setattr(sys, "argv", ["labelling.py", *map(str, words)])
        made.clear()
        return labelling.main(), made

    return run


def test_all_ways_begin_with_the_same_pictures_and_go_on_with_their_own(
    simulate, draw, street, capsys
):
    for i in range(5):
        draw.image(street / f"Img/Train/Img_z{i}.jpg")
        draw.mask(street / f"Mask/Train/Mask_z{i}.png", 5)  # 8 pictures now
    code, made = simulate("--start", 0.25, "--shares", 0.5, 0.75)
    assert code == 0
    names = [name.rpartition("-")[0] for name, _, _ in made]
    half = ["chosen-0.5", "chance-1-0.5", "chance-2-0.5"]
    assert names == ["start", *half, "chosen-0.75", "chance-1-0.75", "chance-2-0.75"]
    start, *runs = [set(pictures) for _, pictures, _ in made]
    assert [len(start), *map(len, runs)] == [2, 4, 4, 4, 6, 6, 6]
    assert all(start < run for run in runs)
    assert all(run < runs[i + 3] for i, run in enumerate(runs[:3]))
    assert [needs for *_, needs in made] == [True, True, False, False, False, False, False]
    lines = capsys.readouterr().out.splitlines()
    last = next(cells(line) for line in lines if line.startswith("| 0.75"))
    assert last == ["0.75", "6", "0.6000", "0.6000 ± 0.0000", "+0.0000", "+0.0000", "0"]


def test_a_subset_has_all_of_val_and_is_made_once(benchmark_module, street, tmp_path):
    labelling = benchmark_module("labelling")
    pairs = labelling.find_split(street, "Train")
    bench = labelling.Bench(street, pairs, (), 1, tmp_path / "runs", None)
    folder = labelling.subset_of(bench, [2, 0])
    assert labelling.subset_of(bench, [0, 2]) == folder
    assert labelling.subset_of(bench, [0, 1]) != folder
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert found == [
        *("Img/Train/Img_a.jpg", "Img/Train/Img_c.jpg", "Img/Val/Img_d.jpg", "Img/Val/Img_e.jpg"),
        *("Mask/Train/Mask_a.png", "Mask/Train/Mask_c.png"),
        *("Mask/Val/Mask_d.png", "Mask/Val/Mask_e.png"),
    ]


def test_the_table_compares_what_was_chosen_with_the_mean_of_chance(benchmark_module):
    module, found = benchmark_module("labelling_table"), benchmark_module("recipes").Found

    def row(seed, way, iou, share=0.5):
        return module.Row(seed, share, 9, way, found(iou, iou / 2, {}, 1.0, None))

    rows = [
        row(0, "start", 0.1, 0.1),
        row(1, "start", 0.2, 0.1),
        row(0, "chosen", 0.5),
        *(row(0, "chance", iou) for iou in (0.3, 0.5)),
        row(1, "chosen", 0.6),
        *(row(1, "chance", iou) for iou in (0.4, 0.5)),
        row(2, "chosen", 0.9),  # chance has not been measured with this seed
    ]
    lines = [cells(line) for line in module.table(rows).splitlines()]
    assert lines[0] == [
        "share",
        "pictures",
        "chosen",
        "chance",
        "gain",
        "gain, last epoch",
        "seeds",
    ]
    assert lines[2] == ["0.1, at the start", "9", "0.1500 ± 0.0707", "", "", "", ""]
    # 0.5 - 0.4 and 0.6 - 0.45.
    gains = ["+0.1250 ± 0.0354", "+0.0625 ± 0.0177"]
    assert lines[3] == ["0.5", "9", "0.5500 ± 0.0707", "0.4250 ± 0.0957", *gains, "0, 1"]
    assert cells(module.table(rows[-1:]).splitlines()[2])[2] == "not measured"


def test_a_failed_run_ends_its_seed_and_the_others_go_on(simulate, monkeypatch, capsys):
    labelling = sys.modules["labelling"]

    def fail(bench, labelled, trial, count):
        if trial.seed == 0:
            raise labelling.RunFailedError("jetcar next has failed, so seed 0 ends here")
        return sorted({*range(len(bench.train))} - {*labelled})[:count]

    monkeypatch.setattr(labelling, "choose", fail)
    code, _ = simulate("--start", 0.34, "--shares", 0.67, "--seeds", 0, 1)
    assert code == 1
    said = capsys.readouterr().out
    assert "seed 0 ends here" in said
    assert [cells(line)[-1] for line in said.splitlines() if line.startswith("| 0.67")] == ["1"]
    assert "0.34, at the start | 1 | 0.1000 ± 0.0000" in said  # both seeds began


def test_shares_that_cannot_be_are_refused(simulate, capsys):
    with pytest.raises(SystemExit):
        simulate("--start", 0.5, "--shares", 0.25)
    assert "--start must be above 0 and below all --shares" in capsys.readouterr().err
