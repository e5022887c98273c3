"""The command ``python -m jetcar.data.audit``: says what is wrong with a data set."""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
import logging
from pathlib import Path

from jetcar.settings.command import run_command
from jetcar.settings.rules import image_height_width
from jetcar.settings.schema import Audit, Data
from jetcar.whole import write_json

log = logging.getLogger("jetcar")


def main(settings: Audit) -> int:
    """Looks through a data set; the exit code is 1 when it has errors."""
    from jetcar.data.prepare import gather, look_through  # slow to load for --help

    size = image_height_width(settings.image_size, "image_size")
    if settings.sheet and settings.augment.transforms:
        from jetcar.data.transforms import check_transforms

        check_transforms(settings.augment.transforms, *size)
    data = Data(
        source=settings.source,
        root=settings.root,
        classes=settings.classes,
        ignore=settings.ignore,
        unlabelled=settings.unlabelled,
        merge=settings.merge,
        nearest_color=settings.nearest_color,
        line_width=settings.line_width,
        split=settings.split,
    )
    gathered = gather(data, settings.seed, settings.street)
    found = look_through(gathered)
    for line in found.share_lines():
        log.info("%s", line)
    for line in found.warning_lines():
        log.warning("%s", line)
    if settings.out:
        write_json(Path(settings.out), found.to_plain())
        log.info("all findings: %s", settings.out)
    if settings.report:
        # A program may use what stands above its room; nothing in the page needs torch.
        from jetcar.prediction.report.of_data import page_of, write_data_page

        page = page_of(gathered.dataset)
        write_data_page(page, gathered, found, settings.report_pictures)
        log.info("a page to look at: %s", page)
    if (text := found.error_text()) is not None:
        log.error("%s", text)
        return 1
    log.info("no errors")
    if settings.sheet:
        from jetcar.data.sheet import write_sheet
        from jetcar.data.transforms import transforms_of

        recipe = settings.augment
        transforms = transforms_of(recipe, gathered.chosen.table, *size)
        write_sheet(Path(settings.sheet), gathered, recipe, transforms, settings.seed, *size)
        log.info("pictures as training will see them: %s", settings.sheet)
    return 0


def run() -> None:
    """Runs the command."""
    run_command("audit", Audit, main)


if __name__ == "__main__":
    run()
