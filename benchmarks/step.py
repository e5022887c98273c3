"""How long one step of training takes: ours against the old notebook's."""

from __future__ import annotations

from collections.abc import Callable

import torch
from aside import aside
from bare import Bare
from notebook import NotebookStep, notebook_loader
from pictures import dataset
from rows import Bench, Row, Rows, in_turn, per_second
from settings import train_settings

from jetcar.data.prepare import gather
from jetcar.model.memory import keep_freed_memory

AGAINST = "the notebook's step"


def measure(bench: Bench) -> Rows:
    """UNet on MobileNetV2, 224 pixels, batches of 8, on the CPU; the batch lies in memory."""
    size = bench.size(224, 32)
    batch_size = 8
    folder = dataset(bench, "step", Train=batch_size, Val=1)
    common = (
        f"data.source={folder}",
        f"data.root={bench.work / 'root'}",
        f"data.image_size={size}",
        f"data.batch_size={batch_size}",
        "trainer.device=cpu",
    )
    settings = train_settings(*common)
    data = gather(settings.data, settings.seed)
    pairs, repeats, steps = data.splits["Train"], bench.size(9, 1), bench.size(2, 1)
    images, masks = next(iter(notebook_loader(pairs, data.table.n_outputs, batch_size)))
    if bench.quick:
        images, masks = images[..., :size, :size], masks[..., :size, :size]
    notebook = NotebookStep(data.table.n_outputs)

    def theirs() -> int:
        notebook(images, masks)
        return batch_size

    def ours(*more: str):
        settings = train_settings(*common, *more)
        bare = Bare(settings, data.table)
        batch = bare.resident(pairs, settings, data.codes) * steps
        return bare, per_second(lambda: bare.train(batch))

    def row(what: str, measured, wanted: float | None = None) -> Row:
        slow = per_second(lambda: sum(theirs() for _ in range(steps)))
        return Row(what, AGAINST, "images/s", *in_turn(measured, slow, repeats), wanted)

    bare, speed = ours()
    yield row(f"a CPU training step ({size}, batch {batch_size}, {bare.precision})", speed, 2.2)
    if bare.precision != "32-true":
        yield row("the same in float32", ours("trainer.precision=32")[1])
    yield row("the same with the notebook's losses", ours("loss=notebook")[1])
    with aside(step_speed, common, True) as kept, aside(step_speed, common, False) as given_back:
        yield Row(
            "the same, keeping the memory that a step frees",
            "giving it back",
            "images/s",
            *in_turn(kept, given_back, repeats),
            note="`train.py` keeps it on a CPU while it trains; the other rows here give it back",
        )
    if bench.quick:
        return
    compiled, fast = ours()
    torch.manual_seed(0)
    compiled.network.compile()
    yield Row(
        "the same with trainer.compile=true",
        "without",
        "images/s",
        *in_turn(fast, speed, repeats),
        note="compiling itself is not counted",
    )


def step_speed(arguments: tuple[str, ...], keeps: bool) -> Callable[[], float]:
    """Pictures a second of our step, in a process that keeps freed memory or gives it back."""
    if keeps:
        keep_freed_memory(every_size=True)
    settings = train_settings(*arguments)
    data = gather(settings.data, settings.seed)
    bare = Bare(settings, data.table)
    batch = bare.resident(data.splits["Train"], settings, data.codes)
    return per_second(lambda: bare.train(batch * 2))
