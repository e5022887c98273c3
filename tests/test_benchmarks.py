"""The benchmarks measure in turn, divide pair by pair, and make a page that hides nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_both_ways_take_turns_and_each_is_first_as_often(benchmark_module):
    order = []

    def measure(name):
        return lambda: order.append(name) or float(len(order))

    ours, theirs = benchmark_module("rows").in_turn(measure("a"), measure("b"), 4)
    assert "".join(order) == "ab" + "ab" + "ba" + "ab" + "ba"  # the first of each does not count
    assert (ours, theirs) == ([3, 6, 7, 10], [4, 5, 8, 9])


@pytest.fixture
def row(benchmark_module):
    """A function from changes to a row that doubles the speed."""

    def make(**changes):
        values = {"what": "loading", "against": "before", "unit": "images/s", "wanted": 2.0}
        values |= {"ours": [40.0, 10.0, 22.0], "theirs": [10.0, 10.0, 11.0]}
        return benchmark_module("rows").Row(**{**values, **changes})

    return make


def test_the_ratio_is_the_median_of_the_pairs(row):
    assert row().ratio == 2  # of 4, 1 and 2


@pytest.mark.parametrize(
    ("wanted", "at_most", "short"),
    [
        (2, False, False),
        (2.1, False, True),
        (2, True, False),
        (1.9, True, True),
        (None, False, False),
    ],
)
def test_a_row_knows_whether_it_falls_short(row, wanted, at_most, short):
    assert row(wanted=wanted, at_most=at_most).falls_short == short


def test_nothing_falls_short_where_figures_mean_nothing(benchmark_module, row):
    quick = row(wanted=1000.0, means_something=False)
    assert not quick.falls_short
    assert "short" not in benchmark_module("page").line_of(quick)


def test_the_page_shows_what_falls_short_what_failed_and_what_was_not_measured(
    benchmark_module, row
):
    found = {
        "loading": [row(), row(wanted=3.0, note="cold")],
        "step": "exit code 1",
        "gpu": [row(ours=[], theirs=[])],
        "decoders": [row(wanted=None)],
    }
    page = benchmark_module("page").page(found, "a computer", "torch 1", "drawn")
    assert "Machine: a computer" in page
    lines = page.splitlines()
    assert "| loading | before | at least 2 | 2.00 | 22.0 images/s | 10.0 images/s | 3 |" in lines
    assert any("| at least 3 | **2.000**, falls short |" in line for line in lines)
    assert any("`step` failed | exit code 1" in line for line in lines)
    assert any("| at least 2 | not measured |" in line for line in lines)
    assert "| loading | before | 2.00 | 22.0 images/s | 10.0 images/s | 3 |" in lines
    assert "- loading: cold." in lines


def test_a_row_that_is_measured_again_replaces_its_line_and_its_note(benchmark_module, row):
    page, where = benchmark_module("page"), ("a computer", "torch 1")
    slow = row(note="cold")
    fast = row(ours=[90.0, 90.0, 90.0], note="warm")
    other = row(what="stepping", note="all")
    text = page.renewed(page.page({"all": [slow, other]}, *where, "drawn"), [fast], *where)
    assert "| loading | before | at least 2 | 2.00 |" not in text
    assert text.count("| 90.0 images/s |") == 1
    assert "cold" not in text
    assert text.count("- loading: warm.\n") == text.count("- stepping: all.\n") == 1


def test_a_row_of_another_machine_or_of_no_line_stays_out_of_the_page(benchmark_module, row):
    page = benchmark_module("page")
    text = page.page({"all": [row()]}, "a computer", "torch 1", "drawn")
    with pytest.raises(ValueError, match="another machine"):
        page.renewed(text, [row()], "another computer", "torch 1")
    with pytest.raises(ValueError, match="one line for stepping"):
        page.renewed(text, [row(what="stepping")], "a computer", "torch 1")


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.5, "1234 s"), (56.78, "56.8 s"), (1.234, "1.23 s"), (0.0123, "0.012 s")],
)
def test_quantities_have_three_digits(benchmark_module, value, text):
    assert benchmark_module("page").quantity([value], "s") == text


def test_the_benchmarks_run_and_write_their_page(tmp_path):
    command = [sys.executable, BENCHMARKS / "run.py", "pairing", "--quick"]
    page = tmp_path / "docs" / "performance.md"
    done = subprocess.run(
        [*command, "--page", page], check=True, capture_output=True, encoding="utf-8"
    )
    assert "mean nothing" in done.stdout
    text = page.read_text(encoding="utf-8")
    assert "finding and pairing 200 images" in text
    assert "falls short" not in done.stdout + text


def test_an_unknown_benchmark_is_refused():
    command = [sys.executable, BENCHMARKS / "run.py", "lodaing"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 2
    assert "there is no benchmark lodaing; there are loading, " in done.stderr


def test_a_network_has_its_size_its_work_and_its_time(benchmark_module):
    networks = benchmark_module("networks")
    parameters, _, by_torch, by_onnxruntime, on_car = networks.cells("unet/mobilenet_v2", 32)
    assert (parameters, on_car) == ("6.63 M", "yes")
    for time in (by_torch, by_onnxruntime):
        assert float(time.removesuffix(" ms")) >= 0


def test_a_network_that_the_car_does_not_know_is_told_so(benchmark_module):
    networks = benchmark_module("networks")
    assert networks.cells("segformer/tu-test_efficientnet", 32)[-1] == "no"


def test_multiply_adds_are_those_of_each_weight_at_each_place(benchmark_module):
    conv, picture = torch.nn.Conv2d(3, 8, 3, padding=1), torch.zeros(1, 3, 10, 10)
    assert benchmark_module("networks").multiply_adds(conv, picture) == 3 * 8 * 9 * 10 * 10
