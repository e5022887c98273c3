"""What must hold for the settings, alone and between each other."""

from __future__ import annotations

import re
from typing import Any

from jetcar.errors import UserError
from jetcar.settings.augment import augment_rules
from jetcar.settings.devices import devices_rules, which_devices
from jetcar.settings.labels import label_rules
from jetcar.settings.lightning import lightning_rules
from jetcar.settings.limits import one_of, within
from jetcar.settings.loss import loss_rules
from jetcar.settings.schema import Audit, Convert, Export, Live, Next, Predict, Train
from jetcar.settings.sources import source_rules
from jetcar.settings.street import street_rules
from jetcar.wording import is_printable

ARCHITECTURES = (
    *("unet", "unet-light", "unet-twice", "unetplusplus", "fpn", "linknet", "deeplabv3plus"),
    *("manet", "segformer"),
)
CHANNELS = ("rgb", "bgr")
DEVICES = ("auto", "cpu", "gpu")
FILMS = ("overlay", "mask", "both", "frames")
EXPORTS = ("car", "onnx", "torchscript")
LAYOUTS = ("plain", "streetmaker", "imagesegmenter")
LABEL_LAYOUTS = ("labelme", "cvat", "coco", "labelstudio", "voc", "grey", "color")
"""Labelling tools that masks are written for, to be corrected."""

MONITORS = ("val/iou", "val/loss", "val/road")
NORMALISE = ("inside", "outside")
OPTIMIZERS = ("adamw", "radam", "sgd")
OUTPUTS = ("logits", "codes")
PRECISIONS = ("auto", "32", "bf16", "16")
SCHEDULES = ("plateau", "cosine")
SPLITTINGS = ("folders", "by_view")
SURE_ENCODERS = ("mobilenet_v2", "timm-mobilenetv3_large_minimal_100")
"""Encoders of the program's own settings: they are there, and take pictures of any such size."""

NEVER_SURE = ("deeplabv3plus",)
"""Architectures that take no batch of one, and not every encoder."""

STRIDE = 32
"""Pixels: the encoders halve a picture five times, so its sides are multiples of this."""

MOST_WORKERS = 256
"""More processes than any disk feeds: a typing mistake would bring the machine down."""

SHORTEST_BUDGET = 0.1
"""Hours: in less than six minutes a session would only start and end."""

LONGEST_NAME = 200
"""Bytes: file systems take 255 for a folder, and files in it get longer names while written."""


def is_sure(architecture: str, encoder: str) -> bool:
    """Whether a network takes any pictures whose sides are multiples of ``STRIDE``, untried."""
    return encoder in SURE_ENCODERS and architecture not in NEVER_SURE


def image_height_width(image_size: Any, setting: str = "data.image_size") -> tuple[int, int]:
    """Height and width in pixels that a setting such as ``data.image_size`` asks for.

    Raises:
        UserError: it is neither a whole number nor two of them, or the network cannot take it.
    """
    sides = image_size if isinstance(image_size, list) else [image_size, image_size]
    if len(sides) != 2 or not all(type(side) is int for side in sides):
        raise UserError(
            f"{setting}={image_size} is not a size; give one number of pixels or [height,width]"
        )
    if any(side < STRIDE or side % STRIDE for side in sides):
        near = [nearest_side(side) for side in sides]
        fix = str(near[0]) if near[0] == near[1] else f"[{near[0]},{near[1]}]"
        raise UserError(
            f"{setting}={image_size} does not fit the network, which halves a picture five "
            f"times: sides must be multiples of {STRIDE}; use {setting}={fix}"
        )
    return sides[0], sides[1]


def nearest_side(pixels: float) -> int:
    """The nearest side in pixels that a network takes, which is no less than ``STRIDE``."""
    return max(STRIDE, STRIDE * round(pixels / STRIDE))


def train_rules(s: Train) -> list[str]:
    """Every rule that the settings of a training break, each with its fix."""
    data, trainer, optimizer = s.data, s.trainer, s.optimizer
    broken = [
        *one_of("monitor", s.monitor, MONITORS),
        *one_of("model.architecture", s.model.architecture, ARCHITECTURES),
        *one_of("optimizer.name", optimizer.name, OPTIMIZERS),
        *one_of("optimizer.schedule", optimizer.schedule, SCHEDULES),
        *one_of("trainer.device", trainer.device, DEVICES),
        *one_of("trainer.precision", trainer.precision, PRECISIONS),
        *one_of("data.split", data.split, SPLITTINGS),
        *one_of("predict.layout", s.predict.layout, LAYOUTS),
        *within("seed", s.seed, 0, 2**32 - 1),
        *within("report_pictures", s.report_pictures, 1),
        *within("data.batch_size", data.batch_size, 1),
        *within("data.rare_classes", data.rare_classes, 0, 1),
        *within("data.workers", data.workers, 0, MOST_WORKERS),
        *within("optimizer.lr", optimizer.lr, 0),
        *within("optimizer.encoder_lr", optimizer.encoder_lr, 0),
        *within("optimizer.warmup", optimizer.warmup, 0),
        *within("optimizer.weight_decay", optimizer.weight_decay, 0),
        *within("optimizer.encoder_weight_decay", optimizer.encoder_weight_decay, 0),
        *within("plateau.patience", s.plateau.patience, 1),
        *within("plateau.min_lr", s.plateau.min_lr, 0),
        *within("early_stop.patience", s.early_stop.patience, 1),
        *within("trainer.max_epochs", trainer.max_epochs, 1),
        *lightning_rules(trainer.lightning),
        *within("trainer.accumulate", trainer.accumulate, 1),
        *within("trainer.clip", trainer.clip, 0),
        *within("trainer.checkpoint_minutes", trainer.checkpoint_minutes, 0),
        *within("tensorboard.pictures", s.tensorboard.pictures, 0),
        *within("tensorboard.every", s.tensorboard.every, 0),
        *within("trainer.budget_hours", trainer.budget_hours, 0),
        *within("mirror.wait_minutes", s.mirror.wait_minutes, 0),
    ]
    try:
        image_height_width(data.image_size)
    except UserError as error:
        broken.append(str(error))
    if 0 < trainer.budget_hours < SHORTEST_BUDGET:
        broken.append(
            f"trainer.budget_hours={trainer.budget_hours} leaves no time to train; "
            f"use {SHORTEST_BUDGET} or more, or 0 for a machine that does not end"
        )
    if not is_folder_name(s.name):
        broken.append(
            f"name={s.name} cannot be a folder on every system; "
            f"use up to {LONGEST_NAME} letters, digits and . _ - = ,"
        )
    if optimizer.lr == 0:
        broken.append("optimizer.lr=0 learns nothing; use for example optimizer.lr=1e-3")
    if not 0 <= optimizer.ema < 1:
        broken.append(
            f"optimizer.ema={optimizer.ema} is no share of the average that a step keeps; use 0 "
            "for none, or a number below 1, such as 0.999"
        )
    if optimizer.warmup and optimizer.warmup >= max(1, trainer.max_epochs):
        broken.append(
            f"optimizer.warmup={optimizer.warmup} is not over before the run is, at "
            f"trainer.max_epochs={trainer.max_epochs}; make it smaller"
        )
    if optimizer.schedule == "plateau" and optimizer.warmup > max(1, s.plateau.patience):
        broken.append(
            f"optimizer.warmup={optimizer.warmup} lasts longer than "
            f"plateau.patience={s.plateau.patience}, after which rates may fall; make it smaller"
        )
    if not 0 < s.plateau.factor < 1:
        broken.append(
            f"plateau.factor={s.plateau.factor} does not lower the learning rate; "
            "use a factor between 0 and 1, such as 0.25"
        )
    if s.plateau.min_lr > optimizer.lr:
        broken.append(
            f"plateau.min_lr={s.plateau.min_lr} is above optimizer.lr={optimizer.lr}; "
            "make it smaller"
        )
    if s.early_stop.patience <= s.plateau.patience:
        broken.append(
            f"early_stop.patience={s.early_stop.patience} ends the run before "
            f"plateau.patience={s.plateau.patience} lowers the learning rate; make it the larger"
        )
    if not all(isinstance(name, str) for name in data.ignore):
        broken.append(f"data.ignore={data.ignore} must be a list of names such as [a,b]")
    mlflow = s.logger.mlflow
    if mlflow is not None and re.search(r"//[^/]*:[^/]*@", mlflow.tracking_uri or ""):
        broken.append(
            "logger.mlflow.tracking_uri has a password in it, which checkpoints would keep; give "
            "the address in the environment, as MLFLOW_TRACKING_URI"
        )
    if trainer.precision == "16" and trainer.device == "cpu":
        broken.append("trainer.precision=16 needs a GPU; use trainer.precision=auto on the CPU")
    return [
        *broken,
        *source_rules(data.source, data.shares),
        *label_rules(data.merge, data.unlabelled, data.line_width, "data."),
        *devices_rules(s),
        *loss_rules(s.loss),
        *augment_rules(s.augment),
        *street_rules(s.street, "street."),
    ]


def audit_rules(s: Audit) -> list[str]:
    """Every rule that the settings of an audit break, each with its fix."""
    broken = [
        *one_of("split", s.split, SPLITTINGS),
        *within("seed", s.seed, 0, 2**32 - 1),
        *within("report_pictures", s.report_pictures, 1),
        *source_rules(s.source, None, ""),
    ]
    try:
        image_height_width(s.image_size, "image_size")
    except UserError as error:
        broken.append(str(error))
    broken += label_rules(s.merge, s.unlabelled, s.line_width)
    return [*broken, *augment_rules(s.augment), *street_rules(s.street, "street.")]


def convert_rules(s: Convert) -> list[str]:
    """Every rule that the settings of a conversion break, each with its fix."""
    return [
        *within("seed", s.seed, 0, 2**32 - 1),
        *label_rules(s.merge, s.unlabelled, s.line_width),
    ]


def predict_rules(s: Predict) -> list[str]:
    """Every rule that the settings of a prediction break, each with its fix."""
    broken = [
        *one_of("device", s.device, DEVICES),
        *which_devices(s.devices, s.device),
        *one_of("precision", s.precision, PRECISIONS),
        *one_of("layout", s.layout, (*LAYOUTS, *LABEL_LAYOUTS)),
        *within("batch_size", s.batch_size, 1),
        *within("report_pictures", s.report_pictures, 1),
        *one_of("film", s.film, (None, *FILMS)),
        *within("every", s.every, 1),
        *within("rate", s.rate, 0.1, 240),
        *(one for scale in s.scales for one in within("scales", scale, 0.25, 4)),
    ]
    if not s.scales:
        broken.append("scales=[] predicts nothing; use scales=[1] for pictures as they are")
    if not 0 <= s.smooth < 1:
        broken.append(
            f"smooth={s.smooth} is no share of the mean that a frame keeps; use 0 for none, or a "
            "number below 1, such as 0.5"
        )
    if s.masks not in (None, "auto", "none") and s.images is None:
        broken.append("masks=... needs images=...; name the folder of the pictures too")
    if s.compare is not None and not s.report:
        broken.append("compare=... shows in the report alone; add report=true")
    return broken


def next_rules(s: Next) -> list[str]:
    """Every rule that the settings of a choice of pictures break, each with its fix."""
    return [
        *one_of("device", s.device, DEVICES),
        *one_of("precision", s.precision, PRECISIONS),
        *one_of("layout", s.layout, LABEL_LAYOUTS),
        *within("batch_size", s.batch_size, 1),
        *within("count", s.count, 1),
    ]


def live_rules(s: Live) -> list[str]:
    """Every rule that the settings of a live page break, each with its fix."""
    broken = [
        *one_of("device", s.device, DEVICES),
        *one_of("precision", s.precision, PRECISIONS),
        *within("rate", s.rate, 0.1, 240),
        *within("port", s.port, 1024, 65_000),
    ]
    if s.run is not None and s.source is not None:
        broken.append(
            f"run={s.run} and source={s.source} are two pages; leave out one of them, and give the "
            "other in a command of its own"
        )
    return broken


def export_rules(s: Export) -> list[str]:
    """Every rule that the settings of an export break, each with its fix."""
    broken = [
        *one_of("to", s.to, EXPORTS),
        *one_of("channels", s.channels, CHANNELS),
        *one_of("normalise", s.normalise, NORMALISE),
        *one_of("output", s.output, OUTPUTS),
        *within("opset", s.opset, 11, 20),
        *within("batch", s.batch, 0),
        *within("pictures", s.pictures, 1),
    ]
    if s.latency and s.to != "onnx":
        broken.append("latency=true measures ONNX files; use to=onnx")
    if s.latency and s.opset < 13:
        broken.append("latency=true needs opset=13 or more, as int8 has no scales before")
    if s.definitions is not None and s.to != "car":
        broken.append("definitions=... is for the car; use to=car")
    if s.name is not None and ("/" in s.name or not is_folder_name(s.name)):
        broken.append(f"name={s.name} cannot be a file; use letters, digits and . _ -")
    return broken


def is_folder_name(name: str) -> bool:
    """Whether each part of ``a/b`` can be a folder on Windows, macOS and Linux."""
    reserved = r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])\s*(\..*)?"
    return all(
        is_printable(part)
        and 0 < len(part.encode()) <= LONGEST_NAME
        and not re.search(r'[\\:*?"<>|]', part)
        and not part.endswith((".", " "))
        and not part.startswith(" ")
        and not re.fullmatch(reserved, part, flags=re.IGNORECASE)
        for part in name.split("/")
    )
