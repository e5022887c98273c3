"""The street's fixtures, which the road is measured on."""

from tests.street.conftest import settings_of, straight_map, straight_scene

__all__ = ["settings_of", "straight_map", "straight_scene"]
