"""Every reader reads the codes that were written."""

import io

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from jetcar.png import grey_png, rgb_png

masks = arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40)))


@given(masks)
def test_every_reader_reads_grey_codes(codes):
    file = grey_png(codes)
    with Image.open(io.BytesIO(file)) as mask:
        assert mask.mode == "L"
        assert (np.asarray(mask) == codes).all()
    assert (cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED) == codes).all()


@given(masks)
def test_every_reader_reads_codes_that_are_red_green_and_blue(codes):
    file = rgb_png(codes)
    with Image.open(io.BytesIO(file)) as mask:
        assert mask.mode == "RGB"
        assert (np.asarray(mask) == codes[..., None]).all()
    unchanged = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)
    assert (unchanged == codes[..., None]).all()
