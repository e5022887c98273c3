"""How fast pictures become batches: our loader against the old notebook's."""

from __future__ import annotations

from collections.abc import Callable

from notebook import notebook_loader
from pictures import dataset
from rows import Bench, Row, Rows, in_turn, per_second, seconds_of
from settings import train_settings

from jetcar.data.augment import AugmentRange
from jetcar.data.batches import Pictures
from jetcar.data.cache import open_cache
from jetcar.data.cache_file import CachedPictures
from jetcar.data.loader import PictureLoader
from jetcar.data.order import Shuffled
from jetcar.data.prepare import gather

BATCH_SIZE = 8
NOTEBOOK = "the notebook's loader"


def measure(bench: Bench) -> Rows:
    """Loads all pictures of a split: decoded from files, from the cache, and with changes."""
    count = bench.size(400, 16)
    folder = dataset(bench, "loading", Train=count, Val=BATCH_SIZE)
    settings = train_settings(f"data.source={folder}", f"data.root={bench.work / 'root'}")
    size, seconds = settings.data.image_size, bench.size(1, 0)
    data = gather(settings.data, settings.seed)
    pairs = data.splits["Train"]
    n_classes, repeats = data.table.n_outputs, bench.size(7, 1)

    def loader(workers: int, cache: CachedPictures | None, augment: AugmentRange | None):
        pictures = Pictures(pairs, size, size, data.codes, augment, cache=cache)
        order = Shuffled(len(pairs), BATCH_SIZE, seed=0)
        return PictureLoader(pictures, order, workers, pin_memory=False)

    def speed(loader) -> Callable[[], float]:
        # Whole batches only: what does not fill the last one is left out of training.
        return per_second(lambda: sum(len(batch["image"]) for batch in loader), seconds)

    theirs = notebook_loader(pairs, n_classes, BATCH_SIZE)
    notebook = per_second(lambda: sum(len(images) for images, _ in theirs))

    def row(what: str, ours: Callable[[], float], wanted: float | None) -> Row:
        return Row(what, NOTEBOOK, "images/s", *in_turn(ours, notebook, repeats), wanted)

    yield row("loading, first pass, 0 workers", speed(loader(0, None, None)), 8)
    yield row("loading, first pass, 2 workers", speed(loader(2, None, None)), 8)
    splits = {name: data.splits[name] for name in ("Train", "Val")}
    cache = open_cache(bench.work / "cache", folder, splits, size, size)["Train"]
    yield row("loading from the cache, with batching", speed(loader(0, cache, None)), 100)
    changes = AugmentRange.of(settings.augment)
    with_changes = speed(loader(0, cache, changes))
    yield row("loading from the cache with augmentation on", with_changes, 6)
    with_workers = speed(loader(2, cache, changes))
    yield row("the same with 2 workers", with_workers, None)
    builds = iter(range(1000))

    def build() -> int:
        open_cache(bench.work / f"cache-{next(builds)}", folder, splits, size, size)
        return count + BATCH_SIZE

    yield row("making the cache, processes and writing included", per_second(build), None)
    yield Row(
        "opening a cache that is there",
        f"making it, {count} pairs",
        "s",
        *in_turn(
            seconds_of(lambda: open_cache(bench.work / "cache", folder, splits, size, size)),
            seconds_of(build),
            bench.size(3, 1),
        ),
    )
