"""XML of a stranger, read into a tree: bounded in depth and number, without a DTD, hence without entities of its own.

Names in the tree are local: what we are asked tells itself by them (Filter Encoding 2.0 and 1.1, GML 3.2 and 2 alike).
"""

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from xml.parsers import expat

from layers.errors import BadQuery
from layers.sentences import say

MOST_DEPTH = 100
MOST_ELEMENTS = 20_000
_SEPARATOR = "\n"


@dataclass
class XmlTree:
    """The root element, and the namespaces that were declared anywhere, by prefix."""

    root: ET.Element
    namespaces: dict[str, str] = field(default_factory=dict)


def read_xml(text: str | bytes, parameter: str) -> XmlTree:
    """Read a document, or a piece of one in which prefixes were declared nowhere.

    Raises:
        BadQuery: it is not well-formed, has a DTD, or is nested too deeply or too large.
    """
    return _Reader(parameter).read(text)


class _Reader:
    """Builds the tree as the parser meets its parts."""

    def __init__(self, parameter: str) -> None:
        self.parameter = parameter
        self.builder = ET.TreeBuilder()
        self.namespaces: dict[str, str] = {}
        self.depth = self.elements = 0

    def read(self, text: str | bytes) -> XmlTree:
        tells = None if isinstance(text, bytes) else "utf-8"
        parser = expat.ParserCreate(tells, _SEPARATOR)
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.builder.data
        try:
            parser.Parse(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            line, column = getattr(error, "lineno", 1), getattr(error, "offset", 0)
            raise BadQuery(say("xml-unreadable", line=line, column=column + 1), self.parameter) from error
        return XmlTree(self.builder.close(), self.namespaces)

    def _doctype(self, *_: object) -> None:
        raise BadQuery(say("xml-doctype"), self.parameter)

    def _namespace(self, prefix: str | None, uri: str) -> None:
        self.namespaces[prefix or ""] = uri

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth, self.elements = self.depth + 1, self.elements + 1
        if self.depth > MOST_DEPTH or self.elements > MOST_ELEMENTS:
            raise BadQuery(say("xml-large", depth=MOST_DEPTH, elements=MOST_ELEMENTS), self.parameter)
        self.builder.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self.depth -= 1
        self.builder.end(_local(name))


def _local(name: str) -> str:
    return name.rpartition(_SEPARATOR)[2]
