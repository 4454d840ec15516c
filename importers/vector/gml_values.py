"""Values of a GML file that are not what its schema says, or what GDAL takes them for: read as the texts they are.

GDAL makes 0 of a text in a column that the schema beside the file declares a number, 1 March of 30 February, one and
the same largest number of all whole ones beyond 64 bits, and 12000 of a code such as 12E3, all without a word.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from importers.batch import ColumnType, SourceLayer

_LEAF = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?>\s*([^<>\s][^<>]*?)\s*</")
_WHOLE = re.compile(r"[+-]?\d{1,18}|[+-]?[0-8]\d{18}")
_REAL = re.compile(
    r"[+-]?(\d{1,15}|\d+\.\d*|\.\d+)([eE][+-]\d+)?|[+-]?\d(\.\d+)?[eE][+-]?\d+|[+-]?(NaN|INF)", re.IGNORECASE
)
_CODE = re.compile(r"\d+[eE]\d+")
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-]\d\d:\d\d)?")


def _is_day(text: str) -> bool:
    found = _DAY.fullmatch(text)
    try:
        return found is not None and date.fromisoformat(found[1]) is not None
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text) is not None
    except ValueError:
        return False


_FITS: Final[Mapping[ColumnType, Callable[[str], object]]] = {
    "integer": lambda text: _WHOLE.fullmatch(text) and -(1 << 31) <= int(text) < 1 << 31,
    "bigint": _WHOLE.fullmatch,
    "float": lambda text: _REAL.fullmatch(text) and not _CODE.fullmatch(text),
    "boolean": lambda text: text in ("true", "false", "0", "1"),
    "date": _is_day,
    "timestamp": _is_moment,
}


class Leaves:
    """What the elements without children hold, by their name: the types that not every value of theirs fits."""

    def __init__(self) -> None:
        self._misfit: dict[str, set[ColumnType]] = {}

    def look(self, text: str) -> str:
        """Take a piece of the file into account, in which leaves are whole; returns it."""
        for found in _LEAF.finditer(text):
            misfit = self._misfit.setdefault(found[1], set())
            if len(misfit) < len(_FITS):
                misfit |= {kind for kind, fits in _FITS.items() if kind not in misfit and not fits(found[2])}
        return text

    def misfits(self, layer: SourceLayer) -> tuple[str, ...]:
        """Return the columns of a layer, as GDAL typed them, that hold another value."""
        return tuple(c.title for c in layer.columns if c.type in self._misfit.get(re.split(r"[|.]", c.title)[-1], ()))
