"""Whether XML is whole. GDAL reads a GML file that is cut off, or has a bare ``&`` in it, as one without features.

What the parser needs is read once through and nothing of it kept; entities of other files are not fetched.
"""

from pathlib import Path
from xml.parsers import expat

from importers.errors import UnreadableSource
from layers.sentences import say

_ENDS_EARLY = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
)
_FAULTS = {
    expat.errors.XML_ERROR_INVALID_TOKEN: "xml-invalid-token",
    expat.errors.XML_ERROR_TAG_MISMATCH: "xml-mismatched-tag",
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "xml-duplicate-attribute",
    expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "xml-after-root",
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: "xml-undefined-entity",
    expat.errors.XML_ERROR_UNKNOWN_ENCODING: "xml-unknown-encoding",
    expat.errors.XML_ERROR_INCORRECT_ENCODING: "xml-wrong-encoding",
    # newer than Python's list of names
    "limit on input amplification factor (from DTD and entities) breached": "xml-entities-expand",
}


def require_whole(path: Path, name: str) -> None:
    """Read an XML file to its end; ``name`` is what people call it.

    Raises:
        UnreadableSource: it is cut off, or is no XML from some place on.
    """
    try:
        with path.open("rb") as file:
            expat.ParserCreate().ParseFile(file)
    except expat.ExpatError as error:
        if error.code in _ENDS_EARLY:
            raise UnreadableSource(say("xml-cut-off", file=name, line=error.lineno)) from None
        fault = say(_FAULTS.get(expat.ErrorString(error.code), "xml-fault"))
        place = {"line": error.lineno, "column": error.offset + 1}
        raise UnreadableSource(say("xml-broken", file=name, **place, fault=fault)) from None
