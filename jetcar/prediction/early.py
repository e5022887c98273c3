"""What can be told before torch is loaded, a checkpoint is read, or a picture is looked at."""

from __future__ import annotations

from pathlib import Path

from jetcar.errors import UserError
from jetcar.model.chosen import chosen_checkpoint, refuse_missing
from jetcar.prediction.film.named import named_film, refuse_film
from jetcar.prediction.mask_folder import mask_folder
from jetcar.ranks import this_rank
from jetcar.settings.schema import Predict

AUTO, NONE = "auto", "none"
"""Values of ``masks`` that are no folder."""


def refuse_early(settings: Predict) -> None:
    """Looks whether all that the settings name is there.

    Raises:
        UserError: it is not, or something has started several of this program.
    """
    if not this_rank().is_alone:
        raise UserError(
            "Something like torchrun has started several processes, which would write the same "
            "files. Start one, without it; devices=... says how many devices share the pictures."
        )
    refuse_missing(chosen_checkpoint(settings.checkpoint, settings.runs))
    if named_film(settings.images, settings.film) is not None:
        refuse_film(settings)
    elif settings.images is not None:
        images = Path(settings.images).expanduser()
        if not (images.is_dir() or images.is_file()):
            raise UserError(f"images={images} is neither a folder nor a file. Check the path.")
    if settings.masks not in (None, NONE, AUTO):
        masks = Path(settings.masks).expanduser()
        if not masks.is_dir():
            raise UserError(
                f"masks={masks} is not a folder. Check the path, or use masks=none for no scores."
            )
    if settings.compare:
        mask_folder(settings.compare)
