"""Arguments of Lightning's Trainer that ``trainer.lightning`` hands on, and those it does not."""

from __future__ import annotations

from typing import Any

from jetcar.wording import did_you_mean

HANDED_ON = (
    "benchmark",
    "detect_anomaly",
    "deterministic",
    "enable_model_summary",
    "fast_dev_run",
    "gradient_clip_algorithm",
    "inference_mode",
    "limit_train_batches",
    "limit_val_batches",
    "log_every_n_steps",
    "num_sanity_val_steps",
    "profiler",
)
"""What a run takes as it is."""

INSTEAD = {
    "accelerator": "use trainer.device",
    "accumulate_grad_batches": "use trainer.accumulate",
    "callbacks": "callbacks of your own are added in Python, as docs/architecture.md shows",
    "default_root_dir": "use runs and name",
    "devices": "use trainer.devices",
    "enable_progress_bar": "a bar is shown on a terminal alone",
    "gradient_clip_val": "use trainer.clip",
    "logger": "use logger",
    "max_epochs": "use trainer.max_epochs",
    "max_time": "use trainer.budget_hours",
    "num_nodes": "use trainer.num_nodes",
    "overfit_batches": "a data set of a few pictures does the same",
    "plugins": "checkpoints must be whole files, which a plugin takes care of already",
    "precision": "use trainer.precision",
    "strategy": "use trainer.strategy",
    "sync_batchnorm": "use trainer.sync_batchnorm",
    "use_distributed_sampler": "the pictures of a step are shared out already, each of them once",
    **dict.fromkeys(
        ("enable_checkpointing", "barebones"), "a run could not be continued without checkpoints"
    ),
    **dict.fromkeys(
        ("check_val_every_n_epoch", "val_check_interval"), "every epoch is scored once, at its end"
    ),
    **dict.fromkeys(
        ("max_steps", "min_steps", "min_epochs"),
        "how long a run trains follows from trainer.max_epochs and early_stop.patience",
    ),
    **dict.fromkeys(
        ("limit_test_batches", "limit_predict_batches"), "Lightning's test and predict are not used"
    ),
    **dict.fromkeys(("enable_autolog_hparams", "model_registry"), "it has no effect here"),
    "reload_dataloaders_every_n_epochs": "the batches of an epoch follow from its number",
}
"""What would break a promise, or is set otherwise; what to do instead."""


def lightning_rules(given: dict[str, Any]) -> list[str]:
    """A sentence about each argument that is not handed on."""
    broken = []
    for name in given:
        if name in HANDED_ON:
            continue
        if (instead := INSTEAD.get(name)) is not None:
            broken.append(f"trainer.lightning.{name} is not handed on: {instead}")
            continue
        hint = did_you_mean(name, HANDED_ON, f"There are {', '.join(HANDED_ON)}.")
        broken.append(f"Lightning's Trainer has no argument {name} to hand on. {hint}")
    return broken
