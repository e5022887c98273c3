"""Settings as a program makes them of its files in ``conf`` and of what a person types."""

from __future__ import annotations

from typing import Any

from hydra import compose, initialize_config_dir
from omegaconf import DictConfig

from jetcar.settings.arguments import CONF, repair_arguments
from jetcar.settings.check import settings_from
from jetcar.settings.schema import Audit, Convert, Export, Live, Next, Predict, Train
from jetcar.settings.street import MakeStreet

SCHEMAS = {
    "train": Train,
    "predict": Predict,
    "export": Export,
    "audit": Audit,
    "convert": Convert,
    "live": Live,
    "next": Next,
    "street": MakeStreet,
}

TYPED = [
    "JetCar_DataSet.zip",
    r"C:\Bilder (1)\Straße",
    "C:\\Bilder\\",
    "C:\\Bilder\\\\",
    r"\\server\share\x.zip",
    "~/ds [2].zip",
    "https://drive.google.com/file/d/1-aB_c/view?usp=sharing",
    "https://example.com/a.zip?x=1&y=%20#top;z",
    "a, b.zip",
    "{a}",
    "[a]",
    "it's",
    r"a\'b",
    'say "x"',
    "1e5",
    "007",
    "true",
    "nan",
    "$HOME/x",
    "50 %",
    " x ",
    "данные/路",
    "a=b=c",
    "=",
    "#",
    "choice(a,b)",
    "a\\\n",
]
"""Values of text settings as people type them."""


def composed(program: str, *arguments: str) -> DictConfig:
    """The values of ``conf/<program>.yaml`` under these arguments, not checked yet."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose(program, repair_arguments(list(arguments), SCHEMAS[program]))


def settings_of(program: str, *arguments: str) -> Any:
    """The program's checked settings.

    Raises:
        UserError: a setting is wrong.
    """
    return settings_from(composed(program, *arguments), SCHEMAS[program])
