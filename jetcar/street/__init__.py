"""The built-in street: pictures of a small printed street as a camera car sees it, with masks.

Everything is drawn from a seed, except a map that is named. The rooms, from the map to the files:

- ``layout`` places junctions on a bent grid; ``roadworks`` builds the ``network`` of roads and
  lanes between them, along ``curves``; ``junction_marks`` and ``road_marks`` paint it (``marks``,
  ``shapes``); ``map`` is all of it.
- ``smap`` reads maps that people have drawn in StreetMaker; ``map.Map`` is what both kinds say of
  themselves, and all that the rest asks.
- ``tracks`` says which ways cars take as areas, ``regions`` draws them as one raster of numbers
  (``grid``), ``viewer`` says what each way is to one driver, ``legend`` turns the numbers into
  class codes.
- ``paper`` makes the picture from above of what ``printing`` prints, on a ``floor``, in a ``room``.
- ``things`` places what stands there (``standing``): ``thing_pictures`` on ``panels``.
- ``camera`` is the geometry, ``poses`` places the car, ``render`` takes the picture and its mask,
  ``photo`` makes it a cheap camera's picture.
- ``variety`` says which groups of ``conf/street``'s variety change a map (``made`` of ``surfaces``,
  ``bend``, ``mats``, ``sheets``, ``lines``, ``tape``, ``inks``, ``wear``, ``light``, ``gloss``,
  ``interiors``) or a picture (``shots``,
  ``motion``, ``light``, ``sensor``).
- ``dataset`` writes it all; ``settings`` names what can be chosen; ``kinds`` holds the classes;
  ``plan``, ``count`` and ``sheet`` show what came of it.

A raster is drawn once a map; a picture is one matrix and a few lookups, so that its cost does not
grow with the map, and memory does not grow with the number of pictures.
"""
