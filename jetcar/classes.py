"""The class table: which code in a mask means which class, and the colour it is shown in."""

from __future__ import annotations

import csv
import html
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jetcar.errors import UserError

IGNORED = 255
"""The mask value that counts nowhere; it can never be the code of a class."""

CLASSES_FILE = "JetCar_Classes.txt"
COLOR_MAP_FILE = "JetCar_ColorMap.csv"

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class SegmClass:
    """One class: its code in the masks, its name and its display colour (RGB, 0..255)."""

    code: int
    name: str
    color: RGB


@dataclass(frozen=True)
class ClassTable:
    """The classes of one data set, in the order of their codes.

    Raises:
        UserError: no class at all, a code outside 0..254, a name that is not one line of text, or a
            code or name given twice.
    """

    classes: tuple[SegmClass, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", tuple(sorted(self.classes, key=lambda c: c.code)))
        if not self.classes:
            raise UserError("The class table is empty. Give it at least one class.")
        for one in self.classes:
            if not 0 <= one.code < IGNORED:
                raise UserError(
                    f"Class {one.name!r} has the code {one.code}. Codes go from 0 to {IGNORED - 1}."
                )
            if one.name.strip() != one.name or len(one.name.splitlines()) != 1:
                raise UserError(
                    f"The class of code {one.code} has the name {one.name!r}. Give it a name of "
                    "one line without spaces around it."
                )
        for what, values in (
            ("code", [str(c.code) for c in self.classes]),
            ("name", [c.name for c in self.classes]),
        ):
            value, times = Counter(values).most_common(1)[0]
            if times > 1:
                raise UserError(
                    f"The class table has the {what} {value} {times} times. "
                    f"Make each {what} unique."
                )

    @property
    def n_outputs(self) -> int:
        """Channels that a network for this table needs: the highest code plus one."""
        return self.classes[-1].code + 1

    @property
    def codes(self) -> tuple[int, ...]:
        """All codes, ascending."""
        return tuple(c.code for c in self.classes)

    @property
    def names(self) -> dict[int, str]:
        """Name of each code."""
        return {c.code: c.name for c in self.classes}

    @property
    def colors(self) -> list[RGB]:
        """256 RGB colours, one a code; codes without a class are white, as in the colour map."""
        by_code = {c.code: c.color for c in self.classes}
        return [by_code.get(code, (255, 255, 255)) for code in range(256)]

    def codes_of(self, names: Iterable[str]) -> tuple[int, ...]:
        """Codes of the named classes.

        Raises:
            UserError: a name is not in the table.
        """
        names, by_name = list(names), {c.name: c.code for c in self.classes}
        unknown = [name for name in names if name not in by_name]
        if unknown:
            raise UserError(
                f"The class table has no class {', '.join(map(repr, unknown))}. "
                f"Its classes are: {', '.join(by_name)}."
            )
        return tuple(by_name[name] for name in names)

    def to_plain(self) -> list[list[Any]]:
        """Rows ``[code, name, "RRGGBB"]`` of plain numbers and strings, for checkpoints."""
        return [[c.code, c.name, _to_hex(c.color)] for c in self.classes]

    @classmethod
    def from_plain(cls, rows: Sequence[Sequence[Any]]) -> ClassTable:
        """The table that ``to_plain`` wrote."""
        return cls(
            tuple(SegmClass(int(code), str(name), _to_rgb(hex_)) for code, name, hex_ in rows)
        )


def differences(ours: ClassTable, theirs: ClassTable) -> list[str]:
    """The rows in which two tables disagree about a code, as ``code: our name | their name``."""
    return [
        f"{code}: {ours.names.get(code, '-')} | {theirs.names.get(code, '-')}"
        for code in sorted({*ours.codes, *theirs.codes})
        if ours.names.get(code) != theirs.names.get(code)
    ]


def _table(text: str) -> ClassTable:
    """A table from ``name RRGGBB`` words; codes count up from 0."""
    words = text.split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return ClassTable(
        tuple(SegmClass(i, name, _to_rgb(hex_)) for i, (name, hex_) in enumerate(pairs))
    )


def _to_rgb(text: str) -> RGB:
    """RRGGBB, or AARRGGBB without its alpha."""
    if not re.fullmatch("([0-9A-Fa-f]{2})?[0-9A-Fa-f]{6}", text):
        raise ValueError(f"{text!r} is no colour")
    value = int(text[-6:], 16)
    return value >> 16, value >> 8 & 255, value & 255


def _to_hex(color: RGB) -> str:
    return "{:02X}{:02X}{:02X}".format(*color)


IMAGE_SEGMENTER = _table(
    """
    nothing 000000 white_solid_line E70E13 white_dashed_line F7660F yellow_solid_line BE1EFB
    yellow_dashed_line A25EFD lane_my_dir 00FF00 lane_wrong_dir 8A0000 lane_left_turn 8BB803
    lane_right_turn 008040 yield_sign FF8000 stop_sign FF0000 wait_line 00A6A6
    arrow_straight D7AC00 arrow_straight_left DF6862 arrow_straight_right C00080
    arrow_left_straight_right C080C0 arrow_left_only 82BF00 arrow_right_only 00C080
    arrow_left_right 800080 arrow_roundabout 00C100 merge_left FF4000 lane_limit D7D700
    """
)
STREET_MAKER = _table(
    """
    nothing 000000 white_shoulder_line 059FDA white_solid_line 02C8F2 white_dashed_line 10F5C1
    white_double_line 5FFCA6 yellow_solid_line F5F023 yellow_dashed_line E1D579
    yellow_double_line D0CE8A yellow_solid_dashed_line 88E278 yellow_dashed_solid_line E1BD79
    lane_limit_line D7D700 lane_driving_dir 00FF00 lane_wrong_dir 8A0000 lane_left_turn 8BB803
    lane_right_turn 008040 lane_center 255A3A yield_line FF8000 yield_text D75C28
    stop_line FF0000 stop_text CE0000 crosswalk_lines 7A057A crosswalk_zebra C03FC0
    arrow_straight D7AC00 arrow_straight_left DF6862 arrow_straight_right C00080
    arrow_left_only 82BF00 arrow_right_only 00C080 arrow_left_right 800080 merge_left 00C100
    merge_right FF4000 parking_sign 735AA5
    """
)
CAR = _table(
    """
    nothing 000000 white_shoulder_line 059FDA yellow_solid_line F5F023 yellow_dashed_line E1D579
    yellow_double_line D0CE8A lane_driving_dir 00FF00 lane_wrong_dir 8A0000
    lane_left_turn 8BB803 lane_right_turn 008040 yield_line FF8000 stop_line FF0000
    stop_text CE0000 arrow_straight D7AC00 arrow_straight_left DF6862
    arrow_straight_right C00080 arrow_left_only 82BF00 arrow_right_only 00C080
    arrow_left_right 800080 parking_sign 735AA5
    """
)
KNOWN = {"imagesegmenter": IMAGE_SEGMENTER, "streetmaker": STREET_MAKER, "car": CAR}
"""Tables that ``data.classes`` can name."""


def load_table(setting: str, dataset: Path) -> ClassTable:
    """The class table that ``data.classes`` asks for.

    Args:
        setting: ``auto``, a key of ``KNOWN``, or the path of a ``JetCar_Classes.txt`` or of a csv
            file with the columns ``code,name,color``.
        dataset: Folder of the data set, where ``auto`` looks for the files of StreetMaker.

    Raises:
        UserError: the setting names nothing, or a file cannot be understood.
    """
    if setting in KNOWN:
        return KNOWN[setting]
    if setting == "auto":
        names, colors = find_file(dataset, CLASSES_FILE), find_file(dataset, COLOR_MAP_FILE)
        if names:
            table = read_classes(names)
            return recolor(table, read_color_map(colors)) if colors else table
        return IMAGE_SEGMENTER
    path = Path(setting).expanduser()
    if not path.is_file():
        raise UserError(
            f"data.classes={setting} is neither auto nor one of {', '.join(KNOWN)} nor a file. "
            "Name one of them or the path of a class file."
        )
    return read_csv(path) if path.suffix.lower() == ".csv" else read_classes(path)


def find_file(folder: Path, name: str) -> Path | None:
    """The file of that name in the folder, whatever the case of its letters."""
    same = [path for path in folder.iterdir() if path.name.lower() == name.lower()]
    return min(same) if same else None


def read_classes(path: Path) -> ClassTable:
    """Reads a ``JetCar_Classes.txt``: codes from its Python enum, colours from its XML block.

    Unused classes, which stand behind the line ``#Unused:``, are left out. A class without a
    colour is shown white.

    Raises:
        UserError: the file holds no class, or contradicts itself.
    """
    text = _read_text(path)
    start = text.find("class SegmClass")
    if start < 0:
        raise UserError(
            f"{path} has no 'class SegmClass' block. Take the {CLASSES_FILE} that StreetMaker "
            "wrote, or a csv file with the columns code,name,color."
        )
    line = r"\s+([^#\s].*?)\s*=\s*(\d+)\s*(?:#.*)?"
    found = (re.fullmatch(line, text) for text in _enum_lines(text[start:]))
    enum = [match.groups() for match in found if match]
    item = r"<item\b[^>]*\bdraw_color=\"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})\"[^>]*>([^<]*)</item>"
    colors = {html.unescape(name).strip(): _to_rgb(hex_) for hex_, name in re.findall(item, text)}
    try:
        return ClassTable(
            tuple(
                SegmClass(int(code), name, colors.get(name, (255, 255, 255))) for name, code in enum
            )
        )
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


def _enum_lines(text: str) -> Iterator[str]:
    """The lines below ``class SegmClass`` that belong to it, up to the unused classes."""
    for line in text.splitlines()[1:]:
        if line.strip() and not line[0].isspace():
            return
        if re.match(r"\s*(#\s*Unused|<segm_class_defs>)", line, flags=re.IGNORECASE):
            return
        yield line


def write_classes(table: ClassTable, path: Path) -> None:
    """Writes a ``JetCar_Classes.txt`` as StreetMaker does (CRLF)."""
    enum = [f"\t{c.name} = {c.code}" for c in table.classes]
    items = [
        f'    <item id="{c.code}" draw_order="{10 * place}" draw_color="FF{_to_hex(c.color)}">'
        f"{html.escape(c.name, quote=False)}</item>"
        for place, c in enumerate(table.classes, start=1)
    ]
    rule = "-" * 81
    lines = [
        "Copy the lines below between the ---- lines into 'jetcar_definitions.py' "
        "to update the class definitions",
        rule,
        "# Scene Parsing has N classes including nothing=0",
        f"N_CLASSES = {table.n_outputs}",
        "",
        "# Definition of all segmentation class names and values",
        "class SegmClass(enum.Enum):",
        *enum,
        "\t#Unused:",
        "",
        rule,
        "",
        "Copy the lines below into AppSettings.xml for ImageSegmenter "
        "to update the class definitions if needed",
        "  <segm_class_defs>",
        *items,
        "  </segm_class_defs>",
        "",
    ]
    path.write_bytes("\r\n".join(lines).encode())


def read_color_map(path: Path) -> list[RGB]:
    """Reads a ``JetCar_ColorMap.csv``: rows ``B,G,R,255``, the row number is the code.

    Returns:
        RGB colours, one a row.

    Raises:
        UserError: a row is not four numbers from 0 to 255.
    """
    colors = []
    for number, line in enumerate(_read_text(path).split(), start=1):
        try:
            blue, green, red, _ = (int(part) for part in line.rstrip(",").split(","))
            if not all(0 <= part <= 255 for part in (blue, green, red)):
                raise ValueError
        except ValueError:
            raise UserError(
                f"{path}, line {number}: {line!r} is not 'B,G,R,255'. Mend the line, or take the "
                f"{COLOR_MAP_FILE} that StreetMaker wrote."
            ) from None
        colors.append((red, green, blue))
    return colors


def write_color_map(table: ClassTable, path: Path) -> None:
    """Writes a ``JetCar_ColorMap.csv``: 256 rows ``B,G,R,255``, unused codes white (CRLF)."""
    rows = [f"{blue},{green},{red},255\r\n" for red, green, blue in table.colors]
    path.write_bytes("".join(rows).encode())


def recolor(table: ClassTable, colors: Sequence[RGB]) -> ClassTable:
    """The same classes in the colours of a colour map; codes beyond its end keep theirs."""
    return ClassTable(
        tuple(
            SegmClass(c.code, c.name, colors[c.code]) if c.code < len(colors) else c
            for c in table.classes
        )
    )


def read_csv(path: Path) -> ClassTable:
    """Reads a csv file with the columns ``code,name,color`` (colour as RRGGBB).

    Raises:
        UserError: a column is missing or a value cannot be understood.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(_read_text(path))))
        return ClassTable(
            tuple(
                SegmClass(int(r["code"]), r["name"].strip(), _to_rgb(r["color"].strip(" #")))
                for r in rows
            )
        )
    except (KeyError, ValueError, TypeError, AttributeError, UserError) as error:
        raise UserError(
            f"{path} is no class table ({error}). It needs the columns code,name,color, "
            "for example: 5,lane_my_dir,00FF00"
        ) from None


def write_csv(table: ClassTable, path: Path) -> None:
    """Writes the table as csv with the columns ``code,name,color``; ``read_csv`` reads it back."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name", "color"])
        writer.writerows(table.to_plain())


def _read_text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:  # written by a Windows tool in the local code page
        return raw.decode("cp1252", errors="replace")
