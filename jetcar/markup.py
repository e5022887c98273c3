"""XML from strangers: parsed only when it defines nothing, as what it defines may have no end."""

from __future__ import annotations

from xml.etree import ElementTree

from jetcar.wording import printable


class MarkupError(ValueError):
    """Why a text is no XML that is read here, as a part of a sentence."""


class DefinitionsError(MarkupError):
    """A document begins with definitions: an entity can stand for endless text, or for a file."""


class _Plain(ElementTree.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuses the start of definitions."""
        raise DefinitionsError("it has definitions of its own")


def parsed(data: bytes) -> ElementTree.Element:
    """The root element of an XML file.

    Raises:
        DefinitionsError: it has a document type.
        MarkupError: it is cut off, or no XML.
    """
    try:
        return ElementTree.fromstring(data, ElementTree.XMLParser(target=_Plain()))
    except MarkupError:
        raise
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise MarkupError(printable(error)) from None
