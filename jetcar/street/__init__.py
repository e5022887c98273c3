"""The built-in street: pictures of a small printed street as a camera car sees it, with masks.

Everything is drawn from a seed. The rooms, from the map to the files:

- ``layout`` places junctions on a bent grid; ``network`` joins them by roads with lanes;
  ``junction_marks`` and ``road_marks`` paint them (``marks``, ``shapes``); ``map`` is all of it.
- ``tracks`` says which ways cars take as areas, ``regions`` draws them as one raster of numbers,
  ``viewer`` says what each way is to one driver, ``legend`` turns the numbers into class codes.
- ``paper`` draws the picture from above, on a ``floor``, in a ``room``.
- ``camera`` is the geometry, ``poses`` places the car, ``render`` takes the picture and its mask,
  ``photo`` makes it a cheap camera's picture.
- ``dataset`` writes it all; ``settings`` names what can be chosen; ``kinds`` holds the classes.

A raster is drawn once a map; a picture is one matrix and a few lookups, so that its cost does not
grow with the map, and memory does not grow with the number of pictures.
"""
