"""Rows of a table that are features, and those that are not.

No features are headers of further pages with what stands above them, a second header or units directly below one, and,
where they have no ordinates, sums and signatures (合计, 填表人：). A header of another kind further down begins a
second table, whose cells would come under the titles of the first: that is refused.
"""

import math
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import Any

from importers.errors import UnreadableSource
from importers.table.geometry import Rows, Shape
from importers.table.headers import columns_of_pair
from importers.table.ordinates import number_of
from layers.sentences import say

_UNITS = re.compile(
    r"[(（\[【]?(单位[:：]?)?(m|米|mm|毫米|cm|厘米|km|千米|公里|ft|m2|m²|㎡|平方米|ha|公顷|亩|元|个|%|°|度|′|″|°′″|度分秒|"
    r"dd|dms|deg|degrees?|met(er|re)s?)[)）\]】]?",
    re.IGNORECASE,
)
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
"""What makes a spreadsheet keep digits as text: ="0012"."""


_SUM = re.compile(
    r"[(（]?(本页|本表|全市|全县|全区)?(合计|小计|总计|累计|共计|总和|平均|平均值|(sub|grand)?total|sum)(数|面积)?[)）]?[:：]?",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(填表|填报|制表|制图|审核|审批|审定|校核|复核|检查|测量|调查|绘图|记录|编制|单位负责|负责|联系|备注|说明|注)[^:：]{0,6}[:：]"
)
_DIGITS = "0123456789+-"
QUOTED, LONGEST = 5, 80


def filled(row: Sequence[Any]) -> list[str]:
    """Return the cells of a row that hold something, as bare text."""
    return [text for value in row if value is not None and (text := str(value).strip())]


class FeaturesBelow:
    """The rows below a header that are features.

    ``shape``: where the geometry is, once it is known; before, every row with ordinates or without is a feature.
    ``passed_over`` counts the headers and units of the last pass, ``below`` holds its sums, captions and signatures.
    """

    def __init__(self, rows: Rows, header_at: int, file: str) -> None:
        self._rows, self._at, self._file, self.passed_over = rows, header_at, file, 0
        self._header = filled(next(islice(rows(), header_at, None)))
        self.shape = Shape()
        self.below: list[str] = []

    def __call__(self) -> Iterator[Sequence[Any]]:
        """Yield the rows from the first.

        Raises:
            UnreadableSource: a second table begins, of other titles.
        """
        self.passed_over, self.below = 0, []
        shape = self.shape
        placing = [n for n in (shape.x, shape.y, shape.pair, shape.written) if n is not None]
        following = pairwise(chain(islice(self._rows(), self._at + 1, None), [()]))
        for number, (row, after) in enumerate(following):
            if _no_feature(row, self._header, number == 0, placing):
                self.passed_over += 1
                continue
            if not placing or _begins_like_a_number(row, placing[0]):  # the usual row
                yield row
                continue
            cells = [str(row[n] or "").strip() if n < len(row) else "" for n in placing]
            placed = any(cells) and (shape.x is None or any(math.isfinite(number_of(cell)) for cell in cells))
            if not placed and (_is_below(row) or self._is_caption(row, after)):
                self.below.append(" ".join(filled(row))[:LONGEST])
            elif shape.written is None and cells[0][:1].isalpha() and _is_header(row, placing):
                if number:
                    titles, at = ", ".join(filled(row))[:300], self._at + number + 2
                    raise UnreadableSource(say("second-table", file=self._file, row=at, titles=titles))
                self.passed_over += 1
            else:
                yield row

    def _is_caption(self, row: Sequence[Any], after: Sequence[Any]) -> bool:
        """Say whether a row is what stands above the header of a further page."""
        return len(filled(row)) == 1 and filled(after) == self._header

    def told(self) -> Iterator[str]:
        """Say which rows the last pass left out."""
        if self.passed_over:
            yield say("rows-passed-over", count=self.passed_over)
        if self.below:
            shown = "; ".join(self.below[:QUOTED]) + ("; …" if len(self.below) > QUOTED else "")
            yield say("rows-of-sums", count=len(self.below), rows=shown)


def _no_feature(row: Sequence[Any], header: list[str], first: bool, placing: Sequence[int]) -> bool:
    if len(row) and header and str(row[0] or "").strip() not in ("", header[0]) and not first:
        return False  # the usual row, told by its first cell
    cells = filled(row)
    return cells == header or (first and len(cells) > 1 and _gives_units(row, cells, placing))


def _gives_units(row: Sequence[Any], cells: list[str], placing: Sequence[int]) -> bool:
    """Say whether a row is of units: all that it holds, or what it holds of ordinates, and no number."""
    if any(math.isfinite(number_of(cell)) for cell in cells):
        return False
    ordinates = [str(row[n] or "").strip() for n in placing if n < len(row)]
    units = [_UNITS.fullmatch(cell) is not None for cell in cells]
    return all(units) or (len(ordinates) > 1 and all(map(_UNITS.fullmatch, ordinates)))


def _begins_like_a_number(row: Sequence[Any], column: int) -> bool:
    cell = row[column] if column < len(row) else None
    return isinstance(cell, float | int) or (isinstance(cell, str) and cell[:1] in _DIGITS and cell != "")


def _is_header(row: Sequence[Any], placing: Sequence[int]) -> bool:
    """Say whether a row holds titles of coordinates and no number; single letters only where the ordinates stand."""
    pair = columns_of_pair(row)
    if pair is None or any(math.isfinite(number_of(cell)) for cell in filled(row)):
        return False
    return set(pair) <= set(placing) or all(len(str(row[number]).strip()) > 1 for number in pair)


def _is_below(row: Sequence[Any]) -> bool:
    """Say whether a row without ordinates is a sum or is signed: by its first cells, blanks between letters aside."""
    cells = ["".join(cell.split()) for cell in filled(row)]
    return any(map(_SUM.fullmatch, cells[:2])) or bool(cells and _SIGNED.match(cells[0]))


def digits_kept(row: list[str]) -> list[str]:
    """Return the cells of a line of text without the signs that keep digits as text in a spreadsheet."""
    if not any(cell.startswith('="') for cell in row):
        return row
    return [found[1] if (found := _AS_TEXT.fullmatch(cell)) else cell for cell in row]
