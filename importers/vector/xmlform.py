"""Whether XML is whole. GDAL reads a GML file that is cut off, or has a bare ``&`` in it, as one without features.

What the parser needs is read once through and nothing of it kept; entities of other files are not fetched.
"""

import re
from pathlib import Path
from xml.parsers import expat

from importers.errors import UnreadableSource
from importers.wording.readers import SENTENCES
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
        place = {"line": error.lineno, "column": error.offset + 1}
        raise UnreadableSource(say("xml-broken", file=name, **place, fault=_fault(error.code))) from None


def _fault(code: int) -> str:
    told = expat.ErrorString(code)
    sentence = "xml-" + re.sub(r"\W+", "-", told).strip("-")
    return say(sentence) if sentence in SENTENCES else say("xml-fault", fault=told)
