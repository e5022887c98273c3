"""Reads XML files of labelling tools."""

from __future__ import annotations

from xml.etree import ElementTree

from jetcar.data.labels.folder import Folder
from jetcar.errors import UserError
from jetcar.markup import DefinitionsError, MarkupError, parsed


def root_of(folder: Folder, name: str, tool: str, fix: str) -> ElementTree.Element:
    """The root of an XML file.

    Args:
        folder: The files.
        name: Of the file.
        tool: Whose it is.
        fix: What to do when it is broken, a sentence.

    Raises:
        UserError: it is cut off, is no XML, or defines something.
    """
    try:
        return parsed(folder.bytes_of(name))
    except MarkupError as error:
        other = f", which {tool} does not write" if isinstance(error, DefinitionsError) else ""
        raise UserError(
            f"{folder.path(name)} is not a whole XML file of {tool} ({error}{other}). {fix}"
        ) from None
