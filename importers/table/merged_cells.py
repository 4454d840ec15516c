"""Cells of a workbook that are merged down several rows: their one value, kept in the first, stands for each row."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from importers.table.geometry import Rows

Below = tuple[int, int, int]
"""A column (from 0), the row (from 1) that holds the value, and the last row it stands for."""

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]+\d+:[A-Z]+\d+)\"")
_PIECE, _LONGEST = 1 << 20, 200


def merged_below(path: Path, sheet: str) -> list[Below]:
    """Return what a sheet, a member of the workbook's archive, has merged over several rows, in the order of rows.

    Merged over several columns only the first counts: a caption across a table is not a value of each column.
    """
    from openpyxl.utils import range_boundaries  # a tenth of a second, which other files do not wait for

    found: list[Below] = []
    with zipfile.ZipFile(path) as archive, archive.open(sheet) as text:
        rest = b""
        while piece := text.read(_PIECE):
            piece = rest + piece
            matches = list(_MERGED.finditer(piece))
            for match in matches:
                column, first, _, last = range_boundaries(match[1].decode())
                if last > first:
                    found.append((column - 1, first, last))
            rest = piece[max(len(piece) - _LONGEST, matches[-1].end() if matches else 0) :]
    return sorted(found, key=lambda below: below[1])


def cells_below(rows: Rows, merged: Sequence[Below]) -> Rows:
    """Return the rows that hold something of their own, with the values of cells merged from above filled in."""

    def filled() -> Iterator[Sequence[Any]]:
        waiting, open_now = list(reversed(merged)), list[tuple[int, int, Any]]()
        for number, row in enumerate(rows(), 1):
            empty = all(value is None for value in row)
            values = list(row)
            open_now = [below for below in open_now if below[1] >= number]
            for column, _, value in open_now:
                values += [None] * (column + 1 - len(values))
                values[column] = value if values[column] is None else values[column]
            while waiting and waiting[-1][1] == number:
                column, _, last = waiting.pop()
                open_now.append((column, last, values[column] if column < len(values) else None))
            if not empty:
                yield values

    return filled
