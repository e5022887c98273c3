"""How much of one split is known from another."""

import hashlib

import numpy as np

from jetcar.data.audit.leaks import find_leaks
from jetcar.data.audit.look import Look
from jetcar.data.pairs import Pairs

VARIANT = "z1.00_t05_b1.0_c0.0_n0"


def splits_of(**names):
    """Pairs and looks by split, of ``name: (content, how many bits of its likeness are set)``."""
    pairs, looks = {}, {}
    for split in ("Train", "Val", "Test"):
        given = names.get(split, {})
        pairs[split] = Pairs(list(given), [None] * len(given), [])
        looks[split] = [
            Look(
                digest=hashlib.sha256(content.encode()).digest(),
                likeness=np.array(
                    [(2**bits - 1) >> 64 * i & (2**64 - 1) for i in range(4)], np.uint64
                ),
            )
            for content, bits in given.values()
        ]
    return pairs, looks


def test_variants_of_a_view_are_told_by_the_names_of_the_tools():
    train = {f"Img_0001_{VARIANT}0.jpg": ("a", 0), f"Img_0002_{VARIANT}0.jpg": ("b", 0)}
    val = {f"Img_000{view}_{VARIANT}1.jpg": (f"v{view}", 0) for view in range(1, 9)}
    (leak,) = find_leaks(*splits_of(Train=train, Val=val))
    assert leak.share == 2 / 8  # views 1 and 2 of 1 to 8
    assert str(leak) == (
        "25 % of Val shows a view that is also in Train (2 by name), such as "
        f"Img_0001_{VARIANT}1.jpg and Img_0001_{VARIANT}0.jpg"
    )


def test_other_names_are_compared_by_content_and_by_what_they_show():
    train = {"a.jpg": ("same", 0), "b.jpg": ("b", 60)}
    val = {
        "c.jpg": ("same", 0),  # the same file
        "d.jpg": ("d", 30),  # 30 bits from both: a near copy
        "e.jpg": ("e", 20),  # 20 bits from a
    }
    far = {"f.jpg": ("f", 32 + 60)}  # 32 bits from b are too many
    (leak,) = find_leaks(*splits_of(Train=train, Val={**val, **far}))
    assert (leak.by_name, leak.exact, leak.near) == (0, 1, 2)
    assert "75 % of Val shows a view that is also in Train (1 by same file, 2 by near" in str(leak)


def test_telling_names_are_trusted_more_than_likeness():
    train, val = {f"Img_0001_{VARIANT}0.jpg": ("a", 0)}, {f"Img_0002_{VARIANT}0.jpg": ("b", 0)}
    assert find_leaks(*splits_of(Train=train, Val=val)) == []


def test_every_pair_of_splits_is_looked_at():
    same = {"a.jpg": ("same", 0)}
    found = find_leaks(*splits_of(Train=same, Val=same, Test=same))
    assert [(one.split, one.other) for one in found] == [
        ("Val", "Train"),
        ("Test", "Train"),
        ("Test", "Val"),
    ]


def test_unreadable_pictures_are_like_no_other():
    pairs, looks = splits_of(Train={"a.jpg": ("x", 0)}, Val={"b.jpg": ("y", 0)})
    looks["Val"] = [Look()]
    assert find_leaks(pairs, looks) == []


def test_views_of_the_same_name_in_two_data_sets_are_two():
    name = f"Img_0001_{VARIANT}0.jpg"
    train, val = {f"street/Img/Train/{name}": ("a", 0)}, {f"mine/Img/Val/{name}": ("b", 0)}
    assert find_leaks(*splits_of(Train=train, Val=val)) == []
    (leak,) = find_leaks(*splits_of(Train=train, Val={f"street/Img/Val/{name}": ("b", 0)}))
    assert leak.by_name == 1
