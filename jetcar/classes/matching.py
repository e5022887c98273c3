"""Which class of one table is which of another, by their names."""

from __future__ import annotations

from jetcar.classes.table import ClassTable

BACKGROUND = ("nothing", "background")
DRIVABLE = ("road", "street", "drivable", "drivable_area", "driveable", "driveable_area")
"""Names for what a car may drive on, in tables without lanes; letters in any case."""


def matched(ours: ClassTable, theirs: ClassTable) -> dict[int, int]:
    """The code in another table of every class that both have.

    Names match whatever the case of their letters, and so do the common names for a road and for
    the background, but a name that is in both tables goes before.

    Args:
        ours: Whose codes are looked up.
        theirs: Where they are looked up.

    Returns:
        Code of theirs by code of ours; classes that only one of them has are left out.
    """
    by_name = {c.name: c.code for c in theirs.classes}
    by_meaning: dict[str, int] = {}
    for one in theirs.classes:
        by_meaning.setdefault(_meaning(one.name), one.code)
    found = {c.code: by_name[c.name] for c in ours.classes if c.name in by_name}
    taken = set(found.values())
    for one in ours.classes:
        code = by_meaning.get(_meaning(one.name))
        if one.code not in found and code is not None and code not in taken:
            found[one.code] = code
            taken.add(code)
    return {c.code: found[c.code] for c in ours.classes if c.code in found}


def _meaning(name: str) -> str:
    name = name.lower()
    for same in (BACKGROUND, DRIVABLE):
        if name in same:
            return same[0]
    return name
