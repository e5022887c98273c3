"""What a settings file would have looked up elsewhere, such as in the environment.

A file holds values, and may refer to others of them (``${data.root}``). A resolver
(``${oc.env:NAME}``) reads the environment, which may hold a password, or makes new text that is
resolved again (``oc.decode``, ``oc.create``). Where a file comes from cannot be seen, so a resolver
is for a person to type.
"""

from __future__ import annotations

from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.grammar.gen.OmegaConfGrammarParser import OmegaConfGrammarParser
from omegaconf.grammar_parser import parse


def first_lookup(config: DictConfig) -> str | None:
    """The first value of a settings file that has a resolver in it; None without."""
    todo: list[Any] = [OmegaConf.to_container(config, resolve=False)]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, str) and _has_resolver(value):
            return value
    return None


def _has_resolver(text: str) -> bool:
    if "${" not in text:
        return False
    todo: list[Any] = [parse(text)]
    while todo:
        node = todo.pop()
        if isinstance(node, OmegaConfGrammarParser.InterpolationResolverContext):
            return True
        todo += getattr(node, "children", None) or ()  # a leaf has none
    return False
