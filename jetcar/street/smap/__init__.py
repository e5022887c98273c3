"""Maps that people have drawn in StreetMaker (``.smap``), as streets that are drawn like our own.

- ``read`` takes a file apart, with distrust: ``items`` names what is in it.
- ``lanes`` builds the geometry of each item, ``crossings`` that of a junction; ``joints`` finds
  where lanes meet.
- ``lines``, ``waiting``, ``arrows`` paint; ``used`` says which classes occur.
- ``roles`` says what each lane is to a driver; ``places`` where pictures are taken.
- ``smap`` is all of it, as ``map.Map`` asks for it.

The file holds no coordinates but one place and one angle for each item; everything follows from
its parameters, by the rules that StreetMaker has. The sentences "only read" mark rules that no map
of the original project could confirm, as none uses them.
"""
