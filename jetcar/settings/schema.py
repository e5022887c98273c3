"""Names and types of every setting; their values are in ``conf/``, their rules in ``rules``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from omegaconf import MISSING

from jetcar.settings.paths import path_setting
from jetcar.settings.street import Street


@dataclass
class Data:
    """Where pictures and masks come from and how they become batches."""

    source: str = path_setting()  # or several, see settings.sources
    shares: Any = MISSING  # a number for each source
    root: str = path_setting()
    split: str = MISSING
    classes: str = path_setting()
    ignore: list[str] = MISSING
    unlabelled: str = MISSING
    merge: Any = MISSING  # labels by the name of the class that they become
    nearest_color: bool = MISSING
    line_width: float = MISSING
    remap: bool = MISSING
    image_size: Any = MISSING  # pixels: a number, or [height, width]
    batch_size: int = MISSING
    rare_classes: float = MISSING
    workers: int | None = MISSING
    cache: bool = MISSING


@dataclass
class Augment:
    """What training may change in a picture; 0 switches a part off, and so does an empty list."""

    tilt: float = MISSING
    zoom: Any = MISSING  # a factor, or [from, to]
    shift: float = MISSING
    outside: str = MISSING
    brightness: float = MISSING
    contrast: float = MISSING
    noise: float = MISSING
    spot: float = MISSING
    transforms: Any = MISSING  # a list of names with arguments; see docs/augmentation.md
    swap: Any = MISSING  # a class name for a class name


@dataclass
class Model:
    """The network."""

    architecture: str = MISSING
    encoder: str = MISSING
    encoder_weights: str | None = path_setting()


@dataclass
class Optimizer:
    """How the weights move."""

    name: str = MISSING
    lr: float = MISSING
    encoder_lr: float | None = MISSING
    schedule: str = MISSING
    warmup: float = MISSING  # epochs
    ema: float = MISSING
    weight_decay: float = MISSING
    encoder_weight_decay: float | None = MISSING


@dataclass
class Loss:
    """The weight of each part of the loss, 0 for one that is not computed, and what shapes them."""

    cross_entropy: float = MISSING
    dice: float = MISSING
    jaccard: float = MISSING
    bce: float = MISSING
    focal: float = MISSING
    lovasz: float = MISSING
    ohem: float = MISSING
    thin: float = MISSING
    edges: float = MISSING
    auxiliary: float = MISSING
    class_weights: str | None = MISSING
    smoothing: float = MISSING


@dataclass
class Plateau:
    """When the learning rate falls."""

    factor: float = MISSING
    patience: int = MISSING
    min_lr: float = MISSING


@dataclass
class EarlyStop:
    """When the run ends by itself."""

    patience: int = MISSING


@dataclass
class Trainer:
    """The loop, and the machine it runs on."""

    max_epochs: int = MISSING
    device: str = MISSING
    devices: Any = MISSING  # how many, auto, or a list of GPUs
    num_nodes: int = MISSING
    strategy: str = MISSING
    sync_batchnorm: bool = MISSING
    precision: str = MISSING
    accumulate: int = MISSING
    clip: float = MISSING
    compile: bool = MISSING
    checkpoint_minutes: float = MISSING
    budget_hours: float = MISSING
    lightning: dict[str, Any] = MISSING  # further arguments of Lightning's Trainer


@dataclass
class Mirror:
    """The second folder, which receives every result."""

    dir: str | None = path_setting()
    wait_minutes: float = MISSING
    car: bool = MISSING


@dataclass
class Wandb:
    """Where a run goes at Weights & Biases."""

    project: str = MISSING
    entity: str | None = MISSING
    offline: bool = MISSING
    group: str | None = MISSING
    tags: list[str] = MISSING


@dataclass
class MLflow:
    """Where a run goes at MLflow."""

    experiment_name: str = MISSING
    tracking_uri: str | None = path_setting()


@dataclass
class Logger:
    """What receives the values of every epoch, beside the table ``metrics.csv``."""

    tensorboard: bool = MISSING
    wandb: Wandb | None = None  # not chosen
    mlflow: MLflow | None = None


@dataclass
class TensorBoard:
    """What TensorBoard shows beside the curves."""

    pictures: int = MISSING
    every: int = MISSING


@dataclass
class PredictAfter:
    """What happens with the test pictures after training."""

    test: bool = MISSING
    overlays: bool = MISSING
    layout: str = MISSING


@dataclass
class Train:
    """Every setting of ``train.py``."""

    name: str = MISSING
    runs: str = path_setting()
    seed: int = MISSING
    resume: bool = MISSING
    init_from: str | None = path_setting()
    monitor: str = MISSING
    report: bool = MISSING
    report_pictures: int | None = MISSING
    data: Data = field(default_factory=Data)
    street: Street = field(default_factory=Street)
    augment: Augment = field(default_factory=Augment)
    model: Model = field(default_factory=Model)
    optimizer: Optimizer = field(default_factory=Optimizer)
    loss: Loss = field(default_factory=Loss)
    plateau: Plateau = field(default_factory=Plateau)
    early_stop: EarlyStop = field(default_factory=EarlyStop)
    trainer: Trainer = field(default_factory=Trainer)
    mirror: Mirror = field(default_factory=Mirror)
    logger: Logger = field(default_factory=Logger)
    tensorboard: TensorBoard = field(default_factory=TensorBoard)
    predict: PredictAfter = field(default_factory=PredictAfter)


@dataclass
class Predict:
    """Every setting of ``predict.py``."""

    checkpoint: str | None = path_setting()
    images: str | None = path_setting()
    masks: str | None = path_setting()
    remap: bool = MISSING
    out: str | None = path_setting()
    zip: bool = MISSING
    overlays: bool = MISSING
    layout: str = MISSING
    report: bool = MISSING
    report_pictures: int | None = MISSING
    compare: str | None = path_setting()
    film: str | None = MISSING
    every: int = MISSING
    rate: float = MISSING
    smooth: float = MISSING
    batch_size: int = MISSING
    scales: list[float] = MISSING
    device: str = MISSING
    devices: Any = MISSING
    precision: str = MISSING
    runs: str = path_setting()


@dataclass
class Export:
    """Every setting of ``python -m jetcar.export``."""

    checkpoint: str | None = path_setting()
    to: str = MISSING
    out: str | None = path_setting()
    name: str | None = MISSING
    definitions: str | None = path_setting()
    images: str | None = path_setting()
    pictures: int = MISSING
    channels: str = MISSING
    normalise: str = MISSING
    output: str = MISSING
    opset: int = MISSING
    batch: int = MISSING
    latency: bool = MISSING
    runs: str = path_setting()


@dataclass
class Audit:
    """Every setting of ``python -m jetcar.data.audit``."""

    source: str = path_setting()
    root: str = path_setting()
    split: str = MISSING
    classes: str = path_setting()
    ignore: list[str] = MISSING
    unlabelled: str = MISSING
    merge: Any = MISSING
    nearest_color: bool = MISSING
    line_width: float = MISSING
    seed: int = MISSING
    street: Street = field(default_factory=Street)
    out: str | None = path_setting()
    augment: Augment = field(default_factory=Augment)
    image_size: Any = MISSING
    sheet: str | None = path_setting()
    report: bool = MISSING
    report_pictures: int | None = MISSING


@dataclass
class Convert:
    """Every setting of ``jetcar convert``."""

    source: str = path_setting()
    out: str = path_setting()
    root: str = path_setting()
    classes: str = path_setting()
    unlabelled: str = MISSING
    merge: Any = MISSING
    nearest_color: bool = MISSING
    line_width: float = MISSING
    seed: int = MISSING


@dataclass
class Next:
    """Every setting of ``jetcar next``."""

    images: str = path_setting()
    labelled: str | None = path_setting()
    checkpoint: str | None = path_setting()
    count: int = MISSING
    out: str = path_setting()
    layout: str = MISSING
    batch_size: int = MISSING
    device: str = MISSING
    precision: str = MISSING
    runs: str = path_setting()


@dataclass
class Live:
    """Every setting of ``jetcar live``."""

    run: str | None = path_setting()
    source: str | None = path_setting()
    checkpoint: str | None = path_setting()
    rate: float = MISSING
    snapshots: str = path_setting()
    port: int = MISSING
    device: str = MISSING
    precision: str = MISSING
    runs: str = path_setting()
