"""Fields of a KML's schema whose values are not of the type that it declares, and those that are empty.

GDAL's reader makes 0 of a text in a field of numbers and of an empty one, 12 of 12.7 in one of whole numbers, and true
of any word. A field with such a value becomes one of texts; what is empty is taken out.
"""

import re
from collections.abc import Callable
from typing import Final

_FIELD = re.compile(r"<(?:\w+:)?SimpleField\s[^>]*>")
_DATA = re.compile(
    r"<(?:\w+:)?SimpleData\s[^>]*?\bname\s*=\s*(?:\"([^\"]*)\"|'([^']*)')[^>]*?"
    r"(?:/>|>\s*(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</(?:\w+:)?SimpleData\s*>)",
    re.DOTALL,
)
_GIVEN = re.compile(r"\b(type|name)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_REAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d{1,18}")


def _is_32_bits(text: str) -> bool:
    return _WHOLE.fullmatch(text) is not None and -(1 << 31) <= int(text) < 1 << 31


_FITS: Final[dict[str, Callable[[str], object]]] = {
    "int": _is_32_bits,
    "short": _is_32_bits,
    "ushort": _is_32_bits,
    "uint": _WHOLE.fullmatch,
    "float": _REAL.fullmatch,
    "double": _REAL.fullmatch,
    "bool": lambda text: text.lower() in ("0", "1", "true", "false"),
}
"""What fits the types of KML that are none of texts (KML 2.2, 9.9.2.1)."""


class Values:
    """Mends a text that is given to ``mend`` twice: first it is looked through. Leaves are whole in each piece."""

    def __init__(self) -> None:
        self._types: dict[str, set[str]] = {}
        self._misfit: dict[str, set[str]] = {}
        self._empty: set[str] = set()
        self._known = False

    def incomplete(self) -> bool:
        """Tell whether there is something to mend, after the first look through the text."""
        self._known = True
        return bool(self.as_texts()) or any(name in self._types for name in self._empty)

    def as_texts(self) -> tuple[str, ...]:
        """Return the names of the fields that become ones of texts."""
        return tuple(name for name, types in self._types.items() if types & self._misfit.get(name, set()))

    def mend(self, text: str) -> str:
        """Return the text with what has to be changed, once that is known."""
        if not self._known:
            for found in _FIELD.finditer(text):
                given = _given(found[0])
                if given.get("type") in _FITS:
                    self._types.setdefault(given.get("name", ""), set()).add(given["type"])
            for data in _DATA.finditer(text):
                self._look(data[1] or data[2] or "", (data[3] or data[4] or "").strip())
            return text
        return _DATA.sub(self._without_empty, _FIELD.sub(self._retyped, text))

    def _look(self, name: str, value: str) -> None:
        if not value:
            self._empty.add(name)
            return
        misfit = self._misfit.setdefault(name, set())
        for kind, fits in _FITS.items():
            if kind not in misfit and not fits(value):
                misfit.add(kind)

    def _retyped(self, found: re.Match[str]) -> str:
        given = _given(found[0])
        if given.get("type") not in self._misfit.get(given.get("name", ""), set()):
            return found[0]
        return _GIVEN.sub(lambda one: 'type="string"' if one[1] == "type" else one[0], found[0])

    def _without_empty(self, data: re.Match[str]) -> str:
        is_empty = not (data[3] or data[4] or "").strip()
        return "" if is_empty and (data[1] or data[2]) in self._types else data[0]


def _given(tag: str) -> dict[str, str]:
    return {name: double or single for name, double, single in _GIVEN.findall(tag)}
