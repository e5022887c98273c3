"""What can be told before torch is loaded: whether source and checkpoint are there."""

from __future__ import annotations

from jetcar.errors import UserError
from jetcar.model.chosen import chosen_checkpoint, refuse_missing
from jetcar.prediction.film.named import Named, named_film
from jetcar.settings.schema import Live

OPEN = "open %s in a browser of this computer; Ctrl-C ends it"
ENDED = "the page is closed"
"""What every page says when it begins and ends."""

USUAL = "camera:0"
"""The source where none is named."""


def refuse_early(settings: Live) -> Named:
    """Looks whether all that the settings name is there.

    Returns:
        The source.

    Raises:
        UserError: something is not there.
    """
    # Of a folder "overlay" makes a film, frame by frame.
    named = named_film(settings.source or USUAL, "overlay", setting="source")
    if named is None:
        raise UserError(
            f"source={settings.source} is neither a film nor a folder of frames. Check the path, "
            "or use camera:0 or an address."
        )
    refuse_missing(chosen_checkpoint(settings.checkpoint, settings.runs))
    return named
