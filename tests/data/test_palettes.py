"""Tests of jetcar.data.palettes and .coding: what in the masks of a data set says the class."""

import os
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from jetcar import processes
from jetcar.classes import IMAGE_SEGMENTER, ClassTable, SegmClass
from jetcar.data import coding as module
from jetcar.data import pictures
from jetcar.data.coding import COLOUR, INDEX, VALUE, Coding
from jetcar.data.palettes import find_coding, known_coding
from jetcar.errors import UserError

TABLE = ClassTable(
    (
        SegmClass(0, "nothing", (0, 0, 0)),
        SegmClass(1, "lane", (0, 255, 0)),
        SegmClass(5, "line", (255, 0, 0)),
        SegmClass(9, "sign", (0, 0, 255)),
    )
)
COLOR_OF = {c.code: c.color for c in TABLE.classes}
CODES = np.repeat(np.array([[0, 1], [5, 9]], np.uint8), 8, axis=0).repeat(8, axis=1)


def save_palette(path, indices, palette):
    """A palette PNG with exactly these entries, as other programs pack it."""
    image = Image.fromarray(indices.astype(np.uint8))
    image.putpalette(np.array(palette, np.uint8).ravel().tolist())
    image.save(path)
    return str(path)


def save_packed(path, codes, order, colour):
    """The codes as indices in an order, whose palette has each code's colour."""
    place = {code: i for i, code in enumerate(order)}
    indices = np.vectorize(place.__getitem__)(codes)
    return save_palette(path, indices, [colour(code) for code in order])


def grey(code):
    return (code, code, code)


def masks_in_colours(folder):
    """Masks whose palettes have the colours of the table, in another order in each file."""
    return [
        save_packed(folder / f"{i}.png", CODES, order, COLOR_OF.__getitem__)
        for i, order in enumerate([(0, 1, 5, 9), (9, 5, 1, 0), (5, 0, 9, 1)])
    ]


def assert_read_alike(masks, coding, codes=CODES):
    for mask in masks:
        assert (coding.read(mask) == codes).all(), mask


# One palette: an index is a code


@pytest.mark.parametrize("kind", ["palette", "grey", "rgb"])
def test_masks_of_the_tools_are_read_as_ever(tmp_path, draw, kind):
    masks = [str(draw.mask(tmp_path / f"{i}.png", CODES, kind)) for i in range(3)]
    found = find_coding(masks, TABLE)
    assert (found.coding, found.errors, found.warnings) == (Coding(), (), ())
    assert found.coding.is_plain
    assert_read_alike(masks, found.coding)


def test_indices_count_where_one_palette_is_halftone(tmp_path):
    # The palette of .NET begins with the colours of a VGA card: 5 looks like arrow_left_right.
    vga = ["000000", "800000", "008000", "808000", "000080", "800080", "008080", "C0C0C0"]
    palette = [tuple(bytes.fromhex(one)) for one in vga] + [(i, 0, 255 - i) for i in range(248)]
    codes = np.array([[0, 5]], np.uint8)
    masks = [save_palette(tmp_path / f"{i}.png", codes, palette) for i in range(2)]
    found = find_coding(masks, IMAGE_SEGMENTER)
    assert (found.coding, found.errors, found.warnings) == (Coding(), (), ())
    assert found.coding.read(masks[0]).tolist() == [[0, 5]]


def test_the_two_tools_may_have_two_palettes(tmp_path):
    real = tmp_path / "Mask_0001_z1.00_t05_b1.0_c0.0_n00.png"
    virtual = tmp_path / "mask_i032_l004_s000_d0_s0_a0_b0_c0_r1_n0.png"
    codes = np.array([[0, 1, 5]], np.uint8)
    masks = [
        save_palette(real, codes, [(i, 0, 7) for i in range(256)]),
        save_palette(virtual, codes, [(9, i, i) for i in range(256)]),
    ]
    found = find_coding(masks, TABLE)
    assert (found.coding, found.errors) == (Coding(), ())
    other = save_palette(tmp_path / "mask_x.png", codes, [(9, i, i) for i in range(256)])
    again = save_palette(tmp_path / "mask_y.png", codes, [(i, 0, 7) for i in range(256)])
    assert find_coding([*masks, other, again], TABLE).errors  # two of one tool may not


def test_entries_that_no_pixel_uses_may_differ(tmp_path):
    codes = np.array([[0, 1]], np.uint8)
    first = [(1, 2, 3), (4, 5, 6), (7, 8, 9), (1, 1, 2)]
    second = [(1, 2, 3), (4, 5, 6), (70, 80, 90)]
    masks = [
        save_palette(tmp_path / f"{i}.png", codes, palette)
        for i, palette in enumerate([first, second])
    ]
    found = find_coding(masks, TABLE)
    assert (found.coding, found.errors, found.warnings) == (Coding(), (), ())


def test_one_palette_with_the_classes_colours_elsewhere_is_read_by_index_and_told(tmp_path):
    palette = [COLOR_OF[code] for code in (0, 5, 1)]  # index 1 looks like code 5
    masks = [save_palette(tmp_path / f"{i}.png", np.array([[0, 1, 1]]), palette) for i in (0, 1)]
    found = find_coding(masks, TABLE)
    assert found.coding == Coding()
    (told,) = found.warnings
    assert told.startswith(
        "index 1 of the masks' palette has the colour FF0000, which the class table gives to line "
        "(code 5); the index counts."
    )


def test_black_and_white_palettes_are_read_by_index(tmp_path):
    palette = [(0, 0, 0), (255, 255, 255)]
    mask = save_palette(tmp_path / "a.png", np.array([[0, 1]]), palette)
    assert find_coding([mask], TABLE).coding.read(mask).tolist() == [[0, 1]]


# Palettes that differ: an index means nothing


def test_palettes_that_differ_are_read_by_the_colours_of_the_table(tmp_path):
    masks = masks_in_colours(tmp_path)
    found = find_coding(masks, TABLE)
    assert (found.coding.palette, found.errors) == (COLOUR, ())
    assert_read_alike(masks, found.coding)
    assert (
        "3 masks with palettes that differ, in the colours of the class table" in found.warnings[0]
    )


def test_two_masks_of_one_colour_each_differ_although_black_is_at_its_place(tmp_path):
    zero = np.zeros((2, 2), np.uint8)
    masks = [save_palette(tmp_path / f"{code}.png", zero, [COLOR_OF[code]]) for code in (0, 5)]
    coding = find_coding(masks, TABLE).coding
    assert [int(coding.read(mask)[0, 0]) for mask in masks] == [0, 5]


def test_palettes_that_differ_in_foreign_colours_are_an_error_that_names_files(tmp_path):
    masks = masks_in_colours(tmp_path)
    other = ClassTable(tuple(replace(c, color=(c.code, 1, 2)) for c in TABLE.classes))
    (told,) = find_coding(masks, other).errors
    assert "The palettes of the masks differ: index 0 is" in told
    assert "000000 in 1 mask, such as" in told
    assert sum(mask in told for mask in masks) == 2
    assert "data.classes=my.csv" in told
    with pytest.raises(UserError, match="The palettes of the masks differ"):
        known_coding(masks, other)


def test_the_most_frequent_palette_is_named_first(tmp_path):
    codes = np.array([[1]], np.uint8)
    entries = [[(9, 9, 8), (1, 2, 3)]] * 3 + [[(9, 9, 8), (3, 2, 1)]]
    masks = [save_palette(tmp_path / f"{i}.png", codes, p) for i, p in enumerate(entries)]
    (told,) = find_coding(masks, TABLE).errors
    assert (
        f"index 1 is 010203 in 3 masks, such as {masks[0]}, and 030201 in 1 mask, such as" in told
    )
    assert masks[3] in told


@pytest.mark.parametrize("orders", [[(0, 1, 5, 9)], [(9, 5, 1, 0)], [(0, 1, 5, 9), (5, 9, 0, 1)]])
def test_grey_masks_that_a_program_packed_are_read_by_their_greys(tmp_path, orders):
    masks = [
        save_packed(tmp_path / f"{i}.png", CODES, order, grey) for i, order in enumerate(orders)
    ]
    some = np.array([[0, 9]], np.uint8)
    masks.append(save_packed(tmp_path / "some.png", some, (0, 9), grey))
    plain = tmp_path / "plain.png"
    Image.fromarray(CODES).save(plain)
    found = find_coding([*masks, str(plain)], TABLE)
    assert (found.coding.palette, found.errors) == (VALUE, ())
    assert "a palette of greys that are codes" in found.warnings[0]
    assert_read_alike([*masks[:-1], str(plain)], found.coding)
    assert found.coding.read(masks[-1]).tolist() == [[0, 9]]


def test_packed_greys_without_a_class_are_told_as_codes(tmp_path):
    masks = [
        save_packed(tmp_path / "a.png", np.array([[0, 77]]), (0, 77), grey),
        save_packed(tmp_path / "b.png", np.array([[0, 5]]), (0, 5), grey),
    ]
    assert find_coding(masks, TABLE).coding.read(masks[0]).tolist() == [[0, 77]]


# Colours in RGB


def rgb(path, codes=CODES):
    colours = np.zeros((256, 3), np.uint8)
    for code, color in COLOR_OF.items():
        colours[code] = color
    Image.fromarray(colours[codes]).save(path)
    return str(path)


def test_rgb_masks_are_read_by_the_colours_of_the_table(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "STRIP_PIXELS", 100)  # 256 pixels are three strips
    masks = [rgb(tmp_path / "a.png"), rgb(tmp_path / "b.png")]
    found = find_coding(masks, TABLE)
    assert (found.coding.rgb, found.coding.palette, found.errors) == (COLOUR, INDEX, ())
    assert_read_alike(masks, found.coding)
    black = rgb(tmp_path / "c.png", np.zeros((2, 2), np.uint8))  # R = G = B, but a colour here
    assert find_coding([*masks, black], TABLE).coding.read(black).tolist() == [[0, 0]] * 2


def test_a_smooth_edge_among_colours_is_told_with_its_share(tmp_path):
    masks = [rgb(tmp_path / f"{i}.png") for i in range(2)]
    image = np.asarray(Image.open(masks[0])).copy()
    image[0, :4] = (127, 127, 0)  # 4 of 256 pixels
    Image.fromarray(image).save(tmp_path / "smooth.png")
    coding = find_coding([*masks, str(tmp_path / "smooth.png")], TABLE).coding
    with pytest.raises(UserError, match=r"the colour 7F7F00 \(1\.56 % of its pixels\), which"):
        coding.read(str(tmp_path / "smooth.png"))


def test_a_colour_of_two_classes_tells_neither(tmp_path):
    table = ClassTable((*TABLE.classes, SegmClass(7, "also a lane", (0, 255, 0))))
    mask = rgb(tmp_path / "a.png")
    coding = Coding.of(table, rgb=COLOUR)
    with pytest.raises(UserError, match="which no single class of the class table has"):
        coding.read(mask)


def test_colours_of_no_class_stay_an_error(tmp_path, draw):
    mask = str(draw.image(tmp_path / "a.png", (1, 2, 3)))
    found = find_coding([mask], TABLE)
    assert found.coding == Coding()
    with pytest.raises(UserError, match="holds colours instead of class codes"):
        found.coding.read(mask)


# Files


def test_words_before_the_palette_hide_nothing(tmp_path):
    masks = masks_in_colours(tmp_path)
    for mask in masks:
        image = Image.open(mask)
        image.load()
        image.save(mask, icc_profile=os.urandom(20_000))
    assert find_coding(masks, TABLE).coding.palette == COLOUR


def test_what_cannot_be_read_is_left_to_whoever_reads_it(tmp_path):
    masks = masks_in_colours(tmp_path)
    (tmp_path / "x.png").write_bytes(b"hello")
    cut = tmp_path / "cut.png"
    cut.write_bytes((tmp_path / "0.png").read_bytes()[:-30])
    lost = str(tmp_path / "lost.png")
    found = find_coding([*masks, str(tmp_path / "x.png"), str(cut), lost], TABLE)
    assert (found.coding.palette, found.errors) == (COLOUR, ())
    assert find_coding([], TABLE).coding == Coding()


def test_an_index_beyond_the_palette_is_refused(tmp_path):
    masks = masks_in_colours(tmp_path)
    coding = find_coding(masks, TABLE).coding
    beyond = save_palette(tmp_path / "beyond.png", np.array([[0, 1]]), [(0, 0, 0), (0, 255, 0)])
    data = bytearray((tmp_path / "beyond.png").read_bytes())
    at = data.index(b"PLTE")
    chunk = b"PLTE" + data[at + 4 : at + 7]
    data[at - 4 : at + 4 + 6 + 4] = (
        (3).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    )
    (tmp_path / "beyond.png").write_bytes(data)
    with pytest.raises(UserError, match=r"has 1 colour in its palette, but uses number 1\."):
        coding.read(beyond)


def test_many_masks_are_found_out_by_several_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "ALONE", 1)
    assert find_coding(masks_in_colours(tmp_path), TABLE).coding.palette == COLOUR
    assert (
        find_coding([rgb(tmp_path / "a.png"), rgb(tmp_path / "b.png")], TABLE).coding.rgb == COLOUR
    )


def test_values_are_counted_in_strips(monkeypatch):
    monkeypatch.setattr(pictures, "STRIP_PIXELS", 7)
    mask = np.arange(30, dtype=np.uint8).reshape(5, 6) % 4
    assert pictures.count_values(mask)[:5].tolist() == [8, 8, 7, 7, 0]
