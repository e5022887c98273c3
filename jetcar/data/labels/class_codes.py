"""From the labels of an export to a class table: names, codes and colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jetcar.classes import IGNORED, RGB, ClassTable, SegmClass
from jetcar.classes.choose import choose_table
from jetcar.data.labels.form import LabelSet, voc_color
from jetcar.errors import UserError
from jetcar.wording import counted, did_you_mean, printable

AUTO, IGNORE = "auto", "ignore"
"""Of ``unlabelled``: the class of that kind, and none at all."""

NOTHING = "nothing"
BACKGROUNDS = (NOTHING, "background", "_background_", "__background__", "unlabeled", "unlabelled")
"""What tools call the class of what is not labelled."""


@dataclass(frozen=True)
class Choices:
    """What a person chose about an export.

    Attributes:
        classes: As ``data.classes``; ``auto`` for the names of the export.
        unlabelled: The class of what no shape covers, ``auto`` or ``ignore``.
        merge: The labels that each class is made of, and under ``ignore`` those that count
            nowhere.
        nearest_color: Whether a colour of no class is taken for the nearest one.
        line_width: Of lines that are labels, in pixels.
        seed: Decides the split, where the export has none.
    """

    classes: str = AUTO
    unlabelled: str = AUTO
    merge: Mapping[str, list[str]] = field(default_factory=dict)
    nearest_color: bool = False
    line_width: float = 10
    seed: int = 0

    @property
    def changes_masks(self) -> bool:
        """Whether masks that training could read as they are must be written again."""
        return bool(self.merge) or self.nearest_color


@dataclass(frozen=True)
class ClassCodes:
    """The classes of a data set, and what becomes of each label.

    Attributes:
        table: The classes.
        code_of: The code of each label of the export; 255 for one that counts nowhere.
        rest: The code of what no shape covers.
        rest_name: What that is, in words.
    """

    table: ClassTable
    code_of: dict[str, int]
    rest: int
    rest_name: str


def class_codes(found: LabelSet, choices: Choices, folder: Path) -> ClassCodes:
    """The classes of an export.

    Args:
        found: What its reader made of it.
        choices: What a person wants.
        folder: Of the export.

    Raises:
        UserError: a label or a class does not exist, or there are too many.
    """
    labels = [*found.classes]
    for picture in found.pictures:
        if not isinstance(picture.labels, str):
            labels += [region.label for region in picture.labels]
    labels = [label for label in dict.fromkeys(labels) if label not in found.ignored]
    name_of = _merged(labels, choices.merge)
    names = [name for name in dict.fromkeys(name_of[label] for label in labels) if name is not None]
    draws = found.masks is None
    background = _background(names, choices.unlabelled) if draws else None
    if choices.classes != AUTO:
        table = choose_table(choices.classes, folder).table
        if background is not None and choices.unlabelled == AUTO:
            background = _background([*table.names.values()], AUTO, table.classes[0].name)
        _refuse_unknown(names, table)
    else:
        first = [] if background is None else [background]
        table = _table([*dict.fromkeys([*first, *names])], found, name_of)
    code = {c.name: c.code for c in table.classes}
    if background is not None and background not in code:
        table.codes_of([background])  # which says what there is
    code_of = {
        label: IGNORED if (name := name_of[label]) is None else code[name] for label in labels
    }
    code_of |= dict.fromkeys(found.ignored, IGNORED)
    if background is None:
        return ClassCodes(table, code_of, IGNORED, "not counted")
    return ClassCodes(table, code_of, code[background], f"the class {background}")


def _merged(labels: list[str], merge: Mapping[str, list[str]]) -> dict[str, str | None]:
    """The class of each label; None for those that are ignored."""
    name_of: dict[str, str | None] = {label: label for label in labels}
    for name, parts in merge.items():
        for part in parts:
            if part not in name_of:
                hint = did_you_mean(part, labels, f"Its labels are {printable(', '.join(labels))}.")
                raise UserError(
                    f"merge names {printable(part)}, which the data does not have. {hint}"
                )
            name_of[part] = None if name == IGNORE else name
    return name_of


def _background(names: list[str], unlabelled: str, otherwise: str = NOTHING) -> str | None:
    """The class of what no shape covers; None where that counts nowhere."""
    if unlabelled == IGNORE:
        return None
    if unlabelled != AUTO:
        return unlabelled
    return next((name for name in names if name.casefold() in BACKGROUNDS), otherwise)


def _refuse_unknown(names: list[str], table: ClassTable) -> None:
    try:
        table.codes_of(names)
    except UserError as error:
        raise UserError(
            f"{error} Rename labels with data.merge, such as data.merge={{road:[Road,street]}}, or "
            "use data.classes=auto for the names of the export."
        ) from None


def _table(names: list[str], found: LabelSet, name_of: Mapping[str, str | None]) -> ClassTable:
    """A table with the codes that classes have already, and free ones for the others."""
    if len(names) > IGNORED:
        raise UserError(
            f"The data has {counted(len(names), 'class', 'classes')}, and a mask holds {IGNORED} "
            "at most. Merge some of them with data.merge."
        )
    if not names:
        raise UserError("The data has no class: nothing is labelled in it. Label some pictures.")
    codes: dict[str, int] = {}
    for label, code in sorted(
        found.codes.items(), key=lambda item: item[0] != name_of.get(item[0])
    ):
        name = name_of.get(label)
        if name is not None:
            codes.setdefault(name, code)
    if len(set(codes.values())) < len(codes):
        codes = {}
    free = iter(sorted(set(range(IGNORED)) - set(codes.values())))
    codes = {name: codes[name] if name in codes else next(free) for name in names}
    taken: set[RGB] = set()
    classes = []
    for name, code in codes.items():
        color = found.classes.get(name)
        if color is None or color in taken:
            own = {found.classes.get(one) for one in names}
            some = (voc_color(number) for number in [code, *range(256)])
            color = next(one for one in some if one not in taken and one not in own)
        taken.add(color)
        classes.append(SegmClass(code, name, color))
    return ClassTable(tuple(classes))
