"""What stands on the street hides the same in picture and mask, and changes nothing else."""

from dataclasses import asdict, replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from jetcar.classes.known import SCENE
from jetcar.settings.street import street_key
from jetcar.settings.variety import GROUPS
from jetcar.street import render
from jetcar.street.camera import Mount
from jetcar.street.curves import Pose
from jetcar.street.dataset import Job, pictures, views
from jetcar.street.kinds import thing_codes
from jetcar.street.panels import HIDES
from jetcar.street.poses import View
from jetcar.street.standing import Standing
from jetcar.street.things import BUILDERS, CHANCES, CLASSES, draw_things
from jetcar.street.viewer import Viewer

JOB = Job("Train", 3, 12)
VIEW = View(Viewer(0, 0), Pose(800, 0, 0), Mount(110, 47), 0)
"""Of the straight road, along its centre line."""


@pytest.fixture
def as_it_comes(monkeypatch):
    """Pictures as they come through the lens, before the camera's blur and noise."""
    monkeypatch.setattr(render, "develop", lambda image, settings, rng: image)


@pytest.fixture(scope="module", params=[0, 1], ids=["its own camera", "other cameras"])
def furnished(settings_of, request):
    """Scenes and views of a map with things in every picture."""
    settings = settings_of(size=96, things=1, classes="scene")
    for group in GROUPS:
        getattr(settings.variety, group).share = request.param if group == "camera" else 0
    return list(views(JOB, settings))


def cover_of(scene, view):
    """How much each pixel is covered by what stands there, and by that or a shadow; 0..255."""
    things, both = np.zeros((2, 96, 96), np.uint8)
    for layer in scene._things(view):
        for cover in (both, things)[: 1 if layer.code is None else 2]:
            part = cover[layer.where]
            np.maximum(part, layer.pixels[:, :, 3], out=part)
    return things, both


def test_what_hides_the_street_in_the_picture_hides_it_in_the_mask(furnished, as_it_comes):
    hidden = 0
    for scene, view, rng in furnished:
        bare = replace(view, things=())
        image, mask = scene.image(view, rng), scene.mask(view)
        bare_image, bare_mask = scene.image(bare, rng), scene.mask(bare)
        things, both = cover_of(scene, view)
        standing = {*thing_codes("scene").values()}
        assert set(np.unique(mask[things >= HIDES])) <= standing
        assert (mask[things < HIDES] == bare_mask[things < HIDES]).all()
        assert (image[both == 0] == bare_image[both == 0]).all()
        hidden += ((things >= HIDES) & (bare_mask > 0)).sum()
    assert hidden > 500


def test_no_street_shines_through_what_stands_before_it(furnished, as_it_comes):
    opaque = 0
    for scene, view, _ in furnished:
        dark, light = np.zeros((96, 96, 3), np.uint8), np.full((96, 96, 3), 255, np.uint8)
        for layer in scene._things(view):
            layer.paint(dark)
            layer.paint(light)
        things, _ = cover_of(scene, view)
        assert (dark[things == 255] == light[things == 255]).all()
        opaque += (things == 255).sum()
    assert opaque > 500


def test_the_nearer_thing_hides_the_farther_one(straight_scene):
    scene = straight_scene(size=96, classes="scene")
    rng = np.random.default_rng(0)
    far, near = Standing(3, 800, 0, 0, 110), Standing(8, 400, 0, 0, 110)
    for thing in (far, near):
        thing.block((100, 100, 100), 0, (200, 60, 40), rng)
    masks = [
        scene.mask(replace(VIEW, things=(*far.panels, *panels))) for panels in ((), near.panels)
    ]
    assert (masks[0] == 3).sum() > 20
    assert (masks[1] == 8).sum() > 100
    assert not (masks[1][masks[0] == 3] == 0).any()
    assert (masks[1] == 3).sum() < (masks[0] == 3).sum()


def test_things_are_drawn_the_farthest_first(settings_of):
    for seed in range(30):
        rng = np.random.default_rng(seed)
        panels = draw_things(thing_codes("scene"), 110, lambda x, y: False, rng)
        ways = [np.hypot(*(p.corner + p.across / 2)[:2]) for p in panels if p.up[2] > 0]
        # A thing has several panels: its own are within 300 mm of each other.
        assert all(near < far + 300 for far, near in pairwise(ways))


def test_without_things_all_is_as_it_was_before_there_were_any(settings_of):
    settings = settings_of(size=48, things=0)
    for scene, view, _ in views(Job("Train", 1, 3), settings):
        assert view.things == ()
        assert scene.mask(view).shape == (48, 48)
    values = asdict(settings)
    assert values.pop("things") == 0
    assert street_key(settings) == street_key(settings_of(size=48))
    assert street_key(settings) != street_key(settings_of(size=48, things=0.5))


def test_what_is_not_hidden_is_the_same_with_things_and_without(settings_of):
    """They have random numbers of their own: place, light and noise stay."""
    with_things, without = (
        list(pictures(JOB, settings_of(size=48, things=share))) for share in (1, 0)
    )
    for (view, image, _), (bare, bare_image, _) in zip(with_things, without, strict=True):
        assert replace(view, things=()) == bare
        assert (image == bare_image).all(-1).mean() > 0.1


def test_the_same_seed_draws_the_same_things(settings_of):
    settings = settings_of(size=48, things=1)
    few, many = (list(pictures(Job("Train", 3, count), settings)) for count in (2, 4))
    for (_, image, mask), (_, same_image, same_mask) in zip(few, many, strict=False):
        assert (image == same_image).all()
        assert (mask == same_mask).all()
    other = list(pictures(Job("Train", 3, 2), settings_of(size=48, things=1, seed=1)))
    assert (other[0][1] != few[0][1]).any()


def test_a_share_of_the_pictures_has_things(settings_of):
    settings = settings_of(size=32, things=0.3)
    found = [bool(view.things) for _, view, _ in views(Job("Train", 0, 200), settings)]
    assert 0.2 < np.mean(found) < 0.4


@pytest.mark.parametrize("table", ["imagesegmenter", "streetmaker", "road"])
def test_other_tables_call_what_stands_there_nothing(settings_of, table):
    assert set(thing_codes(table).values()) == {0}
    for scene, view, _ in views(Job("Train", 3, 6), settings_of(size=48, things=1, classes=table)):
        bare_mask, mask = scene.mask(replace(view, things=())), scene.mask(view)
        assert set(np.unique(mask[mask != bare_mask])) <= {0}


def test_the_table_of_a_scene_has_a_class_for_every_kind(furnished):
    assert set(BUILDERS) == set(CHANCES) == set(CLASSES)
    assert sum(CHANCES.values()) == pytest.approx(1)
    codes = thing_codes("scene")
    assert [SCENE.names[code] for code in codes.values()] == list(codes)
    assert set(CLASSES.values()) == set(codes)


@pytest.mark.parametrize("kind", BUILDERS)
def test_every_kind_is_to_be_seen_and_has_its_class(kind, straight_scene):
    scene = straight_scene(size=96, classes="scene")
    code = thing_codes("scene")[CLASSES[kind]]
    thing = Standing(code, 350, 40, 0, 110)
    BUILDERS[kind](thing, np.random.default_rng(1))
    mask = scene.mask(replace(VIEW, things=(*thing.lying, *thing.panels)))
    assert (mask == code).sum() > 10


def test_most_signs_and_people_stand_beside_the_street(furnished):
    scene, view, _ = furnished[0]
    on_street = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        panels = draw_things(
            {**thing_codes("road"), "person": 9}, 110, partial(scene.is_street, view), rng
        )
        for panel in panels:
            if panel.code == 9:
                on_street.append(scene.is_street(view, *(panel.corner + panel.across / 2)[:2]))
    assert len(on_street) > 20
    assert np.mean(on_street) < 0.5
