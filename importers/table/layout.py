"""How a table lies on its sheet: twice or more side by side with the same titles, under a header of two rows.

Lists of points are printed so to save paper: 点号 X Y, and again 点号 X Y to the right. Each block is the same table
going on. Where the row above names the blocks (起点, 终点) they are several places of one row and stay so.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from importers.batch import Decision, ReadOptions
from importers.table.geometry import Rows
from importers.table.headers import columns_of_pair, plain_title, rows_above
from layers.sentences import say

LEAST_TITLES = 3
"""Titles of a block: two ordinates alone side by side are rather two places."""


def laid_out_plainly(
    rows: Rows, first: list[Sequence[Any]], options: ReadOptions
) -> tuple[Rows, int, tuple[Decision, ...]]:
    """Return the rows of a table with its blocks one below another, how many stand above its header, and decisions.

    ``first`` are its first rows. Where the user names columns of coordinates, blocks stay as they are.
    """
    header_at = rows_above(first, options)
    if header_at + 1 < len(first) and _is_lower_row(first[header_at], first[header_at + 1]):
        header_at += 1
    blocks = _blocks_of(first[header_at], first[header_at - 1] if header_at else ())
    if not blocks or options.x or options.y or options.wkt:
        return rows, header_at, ()
    told = Decision(say("layout"), say("blocks-side-by-side", count=len(blocks)), "rule", (say("same-titles-again"),))
    return _one_below_another(rows, header_at, blocks), header_at, (told,)


def _blocks_of(header: Sequence[Any], above: Sequence[Any]) -> list[slice]:
    """Return the columns of each block of a table that stands side by side; nothing of one that does not."""
    titles = ["" if value is None else plain_title(value) for value in header]
    first = next((title for title in titles if title), "")
    starts = [number for number, title in enumerate(titles) if first and title == first]
    if len(starts) < 2 or sum(value not in (None, "") for value in above) > 1:
        return []
    last = max(number for number, title in enumerate(titles) if title) + 1
    ends = [*starts[1:], last]
    blocks = [_without_blanks(titles, start, end) for start, end in zip(starts, ends, strict=True)]
    whole = titles[blocks[0]]
    alike = all(titles[block] == whole for block in blocks)
    return blocks if alike and len(whole) >= LEAST_TITLES and columns_of_pair(whole) is not None else []


def _without_blanks(titles: list[str], start: int, end: int) -> slice:
    while not titles[end - 1]:
        end -= 1
    return slice(start, end)


def _one_below_another(rows: Rows, header_at: int, blocks: Sequence[slice]) -> Rows:
    """Return the rows of the first block and below them those of the others; what a block leaves empty is no row."""

    def stacked() -> Iterator[Sequence[Any]]:
        for number, block in enumerate(blocks):
            for at, row in enumerate(rows()):
                cells = row[block]
                if (at <= header_at and not number) or (at > header_at and any(c not in (None, "") for c in cells)):
                    yield cells

    return stacked


def groups_of(header: Sequence[Any], above: Sequence[Any]) -> list[str]:
    """Return for each column the text over several that the row above the header has there, else nothing."""
    if sum(value not in (None, "") for value in above) < 2:
        return [""] * len(header)
    groups, group = [], ""
    for number, title in enumerate(header):
        over = above[number] if number < len(above) else None
        if over not in (None, ""):
            group = str(over).strip()
        groups.append(group if title not in (None, "") and group != str(title).strip() else "")
    return groups


def _is_lower_row(header: Sequence[Any], row: Sequence[Any]) -> bool:
    """Say whether a row below a header is its second one: ordinates stand in both, merged, and other titles differ."""
    pair = columns_of_pair(header)
    if pair is None or columns_of_pair(row) != pair or list(header) == list(row):
        return False
    return all(plain_title(header[number]) == plain_title(row[number]) for number in pair)
