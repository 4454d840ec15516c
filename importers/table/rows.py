"""Rows of a table that are features, and those that are not: headers of further pages, and the units below one."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from importers.table.geometry import Rows

_UNITS = re.compile(
    r"[(（\[【]?(单位[:：]?)?(m|米|mm|毫米|cm|厘米|km|千米|公里|ft|m2|m²|㎡|平方米|ha|公顷|亩|元|个|%|°|度|′|″|°′″|度分秒|"
    r"dd|dms|deg|degrees?|met(er|re)s?)[)）\]】]?",
    re.IGNORECASE,
)
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
"""What makes a spreadsheet keep digits as text: ="0012"."""


def filled(row: Sequence[Any]) -> list[str]:
    """Return the cells of a row that hold something, as bare text."""
    return [text for value in row if value is not None and (text := str(value).strip())]


class FeaturesBelow:
    """The rows below a header that are features: none that repeats it, nor, directly below it, one of units.

    ``passed_over`` counts those of the last pass.
    """

    def __init__(self, rows: Rows, header_at: int) -> None:
        self._rows, self._at, self.passed_over = rows, header_at, 0
        self._header = filled(next(islice(rows(), header_at, None)))

    def __call__(self) -> Iterator[Sequence[Any]]:
        """Yield the rows from the first."""
        self.passed_over = 0
        for number, row in enumerate(islice(self._rows(), self._at + 1, None)):
            if _no_feature(row, self._header, number == 0):
                self.passed_over += 1
            else:
                yield row


def _no_feature(row: Sequence[Any], header: list[str], first: bool) -> bool:
    if len(row) and header and str(row[0] or "").strip() not in ("", header[0]) and not first:
        return False  # the usual row, told by its first cell
    cells = filled(row)
    return cells == header or (first and len(cells) > 1 and all(map(_UNITS.fullmatch, cells)))


def digits_kept(row: list[str]) -> list[str]:
    """Return the cells of a line of text without the signs that keep digits as text in a spreadsheet."""
    if not any(cell.startswith('="') for cell in row):
        return row
    return [found[1] if (found := _AS_TEXT.fullmatch(cell)) else cell for cell in row]
