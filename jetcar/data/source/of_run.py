"""The data set of a run, where it is on this machine already.

What a checkpoint or an ONNX file says of its data may have been written by anybody. So nothing is
downloaded, unpacked, drawn or started because of it, and no other machine is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jetcar.data.labels.class_codes import Choices
from jetcar.data.source.download import is_link
from jetcar.data.source.fetch import STREET, fetch
from jetcar.errors import UserError
from jetcar.settings.labels import label_rules
from jetcar.settings.recorded import data_from, street_from
from jetcar.settings.sources import sources_of
from jetcar.wording import printable

RUN_FOLDERS = ("checkpoints", "export")
"""Folders of a run that hold files to predict with."""


def run_of(checkpoint: Path) -> Path | None:
    """The folder of the run that a checkpoint or an exported file lies in; None without one."""
    above = checkpoint.absolute().parent
    if above.name not in RUN_FOLDERS:
        return None
    return checkpoint.parent.parent if len(checkpoint.parts) > 2 else above.parent


def dataset_of_run(settings: Mapping[str, Any], checkpoint: Path) -> Path:
    """The folder of the data set that a run was trained on.

    A path that is not absolute counts from here, else from where the run was trained, as far as
    the place of its folder tells.

    Args:
        settings: Of the run, as its checkpoint holds them.
        checkpoint: The file that holds them.

    Raises:
        UserError: it is not there; says what to do.
    """
    data = settings.get("data")
    source = data.get("source") if isinstance(data, dict) else None
    root = data.get("root") if isinstance(data, dict) else None
    if not isinstance(source, str) or not isinstance(root, str) or "\0" in source + root:
        raise UserError(
            f"{checkpoint} does not say what it was trained on. Name pictures with images=..."
        )
    source = sources_of(source)[-1]  # Val and Test are of the last one
    street = street_from(settings.get("street")) if source == STREET else None
    drawn = street.map if street is not None and street.map is not None else ""
    if any(path.startswith(("\\\\", "//")) for path in (source, root, drawn)):
        raise UserError(
            f"{checkpoint} says that its data set is on another machine "
            f"({printable(drawn or source)}), which is not contacted "
            "just because a file says so. Name pictures with images=..."
        )
    choices = _choices(data)
    places = _trained_in(settings, checkpoint)
    if street is not None and drawn:
        maps = [Path(drawn), *(place / drawn for place in places)]
        street.map = str(next((path for path in maps if path.is_file()), drawn))
    found = [source]
    if source != STREET and not is_link(source):
        source = str(Path(source).expanduser())
        found = [source, *(str(place / source) for place in places)]
    roots = [root, *(str(place / root) for place in places)]
    near = next((path for path in found if Path(path).exists()), source)
    missing = None
    for folder in roots:
        try:
            return fetch(near, Path(folder).expanduser(), street, False, choices)
        except UserError as error:
            missing = missing or error
    assert missing is not None
    raise UserError(_with_way_out(str(missing)))


def _choices(data: Any) -> Choices | None:
    """What the run wanted of the export of a labelling tool; None where it knew of none."""
    wanted = ("classes", "unlabelled", "merge", "nearest_color", "line_width")
    if any(name not in data for name in wanted):
        return None
    settings = data_from({name: data[name] for name in wanted})
    if label_rules(settings.merge, settings.unlabelled, settings.line_width):
        return None
    given = {name: getattr(settings, name) for name in wanted}
    return Choices(**{**given, "merge": settings.merge or {}})


def _with_way_out(sentence: str) -> str:
    return sentence if "images=" in sentence else f"{sentence} Or name pictures with images=..."


def _trained_in(settings: Mapping[str, Any], checkpoint: Path) -> list[Path]:
    """The folder where the run was trained, when its own folder lies as its settings say."""
    run = run_of(checkpoint)
    if run is None:
        return []
    inside = Path(str(settings.get("runs", "runs"))) / str(settings.get("name", ""))
    full = run.resolve()
    parts = inside.parts
    if inside.is_absolute() or ".." in parts or full.parts[-len(parts) :] != parts:
        return []
    return [Path(*full.parts[: -len(parts)])]
