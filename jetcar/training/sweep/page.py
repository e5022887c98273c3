"""The page of a sweep: its jobs as a table, its settings and curves as charts, in one file."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from jetcar.model.monitor import falls
from jetcar.training.sweep.outcome import Outcome
from jetcar.whole import write_whole
from jetcar.wording import all_printable, printable

CURVE = "val/iou"
LONGEST_TEXT = 4096


def write_page(path: Path, name: str, monitor: str, outcomes: list[Outcome]) -> None:
    """Writes a page that needs nothing but itself; names in it always appear as text.

    Args:
        path: Where to; the run folders of the jobs are linked relative to it.
        name: The sweep's.
        monitor: What its scores are.
        outcomes: The jobs, the best first, at least one.
    """
    pages = Environment(
        loader=PackageLoader("jetcar.training.sweep", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    settings = list(outcomes[0].settings)
    jobs = [
        {
            "name": ", ".join(f"{key}={value}" for key, value in one.settings.items()) or one.job,
            "settings": one.settings,
            "score": one.score,
            "test": one.test_iou,
            "best": one.result.get("best_epoch"),
            "epochs": one.result.get("epochs"),
            "minutes": _minutes(one),
            "state": one.state,
            "failed": one.is_bad,
            "damage": one.damage,
            "folder": _link(one.folder.path, path),
            "report": _link(report, path) if (report := _report(one)).is_file() else None,
            "curve": one.curve(CURVE),
        }
        for one in outcomes
    ]
    shown = {"monitor": monitor, "curve": CURVE, "settings": settings, "jobs": jobs}
    shown = all_printable(shown, LONGEST_TEXT)
    css, script = (_source(pages, file) for file in ("sweep.css", "sweep.js"))
    more = {"name": name, "order": "ascending" if falls(monitor) else "descending"}
    page = pages.get_template("sweep.html.j2")
    write_whole(path, page.render(data=shown, css=css, script=script, **more, **shown))


def _source(pages: Environment, name: str) -> str:
    assert pages.loader is not None
    return pages.loader.get_source(pages, name)[0]


def _shown(value: object) -> object:
    """What is not of the page itself, and not a link in it, without what no page should hold."""
    is_text = isinstance(value, str) and not isinstance(value, Markup)
    return printable(value, LONGEST_TEXT) if is_text else value


def _report(outcome: Outcome) -> Path:
    return outcome.folder.path / "report.html"


def _link(target: Path, page: Path) -> str:
    return quote(os.fsencode(target.relative_to(page.parent).as_posix()))


def _minutes(outcome: Outcome) -> float | None:
    seconds = outcome.result.get("training_seconds")
    return None if seconds is None else seconds / 60
