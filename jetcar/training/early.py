"""What can be told before any data is drawn, copied, unpacked or looked through.

Torch takes seconds to load, so that it is left out here unless a setting asks for something that
only torch can judge: mistakes in the data are then told at once.
"""

from __future__ import annotations

from pathlib import Path

from jetcar.errors import UserError
from jetcar.settings.rules import image_height_width, is_sure
from jetcar.settings.schema import Train
from jetcar.training.mirror.timeout import ANSWER_SECONDS, with_timeout
from jetcar.training.run_folder import RunFolder
from jetcar.training.street_run import init_checkpoint
from jetcar.training.trackers.early import refuse_trackers


def refuse_early(settings: Train) -> None:
    """Looks at everything about a run that needs no data.

    Raises:
        UserError: a file that a setting names is not there or cannot be used, or the machine or
            the library does not have what is asked for.
    """
    model, is_new = settings.model, not may_continue(settings)
    if is_new and settings.init_from is not None:
        checkpoint = init_checkpoint(settings)
        if not checkpoint.is_file():
            raise UserError(
                f"There is no checkpoint {settings.init_from}, which init_from names "
                f"({checkpoint.absolute()}). Check the path: a run has its best one in "
                "runs/NAME/checkpoints/best.ckpt."
            )
    elif is_new and model.encoder_weights not in (None, "imagenet"):
        weights = Path(model.encoder_weights or "").expanduser()
        if not weights.is_file():
            raise UserError(
                f"model.encoder_weights={model.encoder_weights} is not a file. Check the path, or "
                "use imagenet or null."
            )
    refuse_trackers(settings.logger, Path(settings.runs).expanduser())
    if settings.augment.transforms:
        from jetcar.data.transforms import check_transforms

        check_transforms(settings.augment.transforms, *image_height_width(settings.data.image_size))
    if _asks_for_torch(settings, is_new):
        from jetcar.training.settle import refuse_machine

        refuse_machine(settings, is_new)


def may_continue(settings: Train) -> bool:
    """Whether there is a run of that name already, here or in the mirror, as far as one can see."""
    runs = [Path(settings.runs).expanduser() / settings.name]
    if settings.mirror.dir:
        runs.append(Path(settings.mirror.dir).expanduser() / settings.name)

    def found() -> bool:
        return any(any(RunFolder(run).last.parent.glob("*.ckpt*")) for run in runs)

    try:
        return with_timeout(ANSWER_SECONDS, found)
    except TimeoutError:  # told when the mirror is needed
        return True
    except OSError:  # told with the setting that names it
        return True


def _asks_for_torch(settings: Train, is_new: bool) -> bool:
    trainer, model = settings.trainer, settings.model
    if trainer.device == "gpu" or trainer.precision == "16" or trainer.compile:
        return True
    if trainer.devices != 1:
        return True
    if not is_sure(model.architecture, model.encoder):
        return True
    if is_new and settings.init_from is not None:
        return True
    if not is_new or model.encoder_weights is None:
        return False
    if model.encoder_weights == "imagenet":
        from jetcar.model.hub import hub_answers

        return not hub_answers()
    return True
