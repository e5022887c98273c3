"""Renders the page: one HTML file that needs neither a network nor a server."""

from __future__ import annotations

import base64
import functools
import hashlib
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from jetcar.classes import RGB, ClassTable
from jetcar.data.audit.audit import ERRORS, WARNINGS
from jetcar.prediction.report.confusions import heat_map, worst_confusions
from jetcar.prediction.report.curves import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Chart,
    charts_of,
)
from jetcar.prediction.report.packing import PAGE, as_json
from jetcar.prediction.report.palette import safe_colors
from jetcar.prediction.report.road import road_rows
from jetcar.prediction.report.shelf import Shelf
from jetcar.wording import all_printable, printable

if TYPE_CHECKING:  # they need torch, which the page of a data set does without
    from jetcar.prediction.report.facts import Facts
    from jetcar.prediction.report.gallery import Gallery

STYLES = ("page.css", "tables.css", "viewer.css")
SCRIPTS = (
    "pictures.js",
    "paint.js",
    "list.js",
    "panes.js",
    "zoom.js",
    "legend.js",
    "viewer.js",
    "link.js",
    "confusion.js",
    "save.js",
    "keys.js",
    "page.js",
)
"""The viewer and the page around it, in the order in which they need each other."""

ORIGINS = {
    "virtual": "virtual pictures (StreetMaker)",
    "real": "real pictures (ImageSegmenter)",
    "other": "other pictures",
}
ORDERS = (
    ("worst", "worst IoU first"),
    ("class", "worst class first"),
    ("name", "by name"),
)
"""How the list of pictures may be sorted, the first one at the start."""

WARNINGS_A_KIND = 10
LONGEST_TEXT = 1000
"""Letters of one text, such as a finding or a setting."""


def render(facts: Facts, galleries: Mapping[str, Gallery], shelf: Shelf) -> str:
    """The page as HTML.

    Args:
        facts: The run; ``result["scores"]`` has the scores of each split that has true masks.
        galleries: The pictures of each split.
        shelf: Where the pictures stand, settled.
    """
    names = facts.table.names
    # The splits that the car will meet first: Test before Val.
    scores = {split: facts.result["scores"][split] for split in sorted(facts.result["scores"])}
    splits = {split: facts.titles[split] for split in sorted(galleries)}
    charts = charts_of(facts.history)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            facts=facts,
            result=facts.result,
            splits=splits,
            scores=scores,
            worst={
                split: worst_confusions(one["confusion"], names) for split, one in scores.items()
            },
            maps={split: heat_map(one["confusion"], names) for split, one in scores.items()},
            origins=_origins(scores),
            road=road_rows(scores),
            others={split: one.other for split, one in galleries.items() if one.other},
            charts=charts,
            chart_size={
                "width": WIDTH,
                "height": HEIGHT,
                "left": LEFT,
                "right": RIGHT,
                "top": TOP,
                "bottom": BOTTOM,
            },
            safe=safe_colors(facts.table, facts.shares),
            warnings=list(warnings_of(facts.audit)),
            orders=ORDERS,
            is_data=False,
            **shell(),
            data=Markup(as_json(_data(facts, galleries, shelf, charts))),
            pictures=Markup(",\n".join(f'"{key}":{text}' for key, text in shelf.inside.items())),
        )
    )


@functools.cache
def environment() -> Environment:
    """What makes a page of its templates, which it compiles once for all pages of a process."""
    made = Environment(
        loader=FileSystemLoader(PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters |= {
        "score": _score,
        "percent": _percent,
        "count": _count,
        "signed": _signed,
        "trend": _trend,
        "counted": _counted,
    }
    return made


def shell() -> dict[str, Any]:
    """What every page with the viewer has: styles, scripts, and which script may run."""
    script = "\n".join((PAGE / name).read_text("utf-8") for name in SCRIPTS)
    return {
        "style": Markup("\n".join((PAGE / name).read_text("utf-8") for name in STYLES)),
        "script": Markup(script),
        "script_hash": _hash(script),
    }


def of_viewer(
    table: ClassTable,
    safe: Mapping[int, RGB],
    ignored: Sequence[str],
    splits: Mapping[str, list[dict[str, Any]]],
    shelf: Shelf,
    is_data: bool = False,
) -> dict[str, Any]:
    """What the viewer works with; every text in it is printable.

    Args:
        table: The classes.
        safe: A distinct colour of each code.
        ignored: Names of the classes that count nowhere.
        splits: A row for each picture of each split.
        shelf: Where the pictures stand, settled.
        is_data: Whether there are true masks alone, and what is odd with them.
    """
    data = {
        "classes": [
            {"code": c.code, "name": c.name, "color": c.color, "safe": safe[c.code]}
            for c in table.classes
        ],
        "ignored": [c.code for c in table.classes if c.name in ignored],
        "splits": dict(splits),
        "isData": is_data,
        "scored": "",
        "other": None,
        "folder": shelf.folder.name,
        "folder_link": quote(os.fsencode(shelf.folder.name)),
        "files": shelf.file_of,
        "charts": [],
    }
    return {name: all_printable(value) for name, value in data.items()}


def _data(
    facts: Facts, galleries: Mapping[str, Gallery], shelf: Shelf, charts: list[Chart]
) -> dict[str, Any]:
    """What the scripts of the page work with; every text in it is printable."""
    rows = {split: galleries[split].rows for split in sorted(galleries)}
    others = [gallery.other for gallery in galleries.values() if gallery.other]
    data = {
        "scored": facts.scored,
        "other": others[0].name if others else None,
        "unsure": any(gallery.has_unsure for gallery in galleries.values()),
        "charts": [
            {"epochs": one.epochs, "lines": [[line.name, line.values] for line in one.lines]}
            for one in charts
        ],
    }
    safe = safe_colors(facts.table, facts.shares)
    viewer = of_viewer(facts.table, safe, facts.ignored, rows, shelf)
    return viewer | {name: all_printable(value) for name, value in data.items()}


def _shown(value: object) -> object:
    """What is not of the page itself, as it may be shown."""
    is_text = isinstance(value, str) and not isinstance(value, Markup)
    return printable(value, LONGEST_TEXT) if is_text else value


def _origins(scores: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Title of each origin of pictures, where there is more than one."""
    seen = {origin for one in scores.values() for origin in one["origins"]}
    return {origin: ORIGINS[origin] for origin in ORIGINS if origin in seen and len(seen) > 1}


def warnings_of(
    audit: Mapping[str, Any], what: str = "warnings"
) -> Iterator[tuple[str, list[str], int]]:
    """Title, first sentences and number of further ones, of each kind of warning, or of errors."""
    titles = WARNINGS if what == "warnings" else ERRORS
    for kind, sentences in (audit.get(what) or {}).items():
        shown = sentences[:WARNINGS_A_KIND]
        yield titles.get(kind, kind), shown, len(sentences) - len(shown)


def _hash(script: str) -> str:
    """The script as a content security policy names it, so that no other script runs."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


def _score(value: float | None) -> str:
    """A score from 0 to 1; an absent one is a dash."""
    return "–" if value is None or math.isnan(value) else f"{value:.4f}"


def _signed(difference: float) -> str:
    """A difference of scores, with a sign that is not a hyphen; what is not seen has no sign."""
    if math.isnan(difference):
        return "–"
    sign = {"up": "+", "down": "−", "": "±"}[_trend(difference)]
    return f"{sign}{abs(difference):.4f}"


def _trend(difference: float) -> str:
    """The class of a difference: nothing where it is 0 in the four digits that are shown."""
    seen = 0.0 if math.isnan(difference) else round(difference, 4)
    return "up" if seen > 0 else "down" if seen < 0 else ""


def _percent(share: float) -> str:
    """A share in percent with as many digits as it needs to be told from 0."""
    if share == 0:
        return "0"
    return f"{100 * share:.2f}" if share >= 0.0001 else f"{100 * share:.1g}"


def _count(value: int) -> str:
    """A whole number, its digits in groups of three."""
    return f"{value:,}".replace(",", "\u202f")


def _counted(value: int, noun: str) -> str:
    """The same with its noun."""
    return f"{_count(value)} {noun if value == 1 else noun + 's'}"
