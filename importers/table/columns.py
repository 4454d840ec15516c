"""The columns of a table: what they are called, and what is told about them."""

from collections.abc import Iterator, Sequence
from typing import Any

from importers.table.cells import Column
from importers.table.geometry import Shape
from importers.table.headers import plain_title
from importers.table.layout import groups_of
from layers.sentences import say


def told_of_columns(titles: list[str], seen: list[Column]) -> Iterator[str]:
    """Say what was read as empty among a column's values, how its numbers are written, and that some were rounded."""
    for title, column in zip(titles, seen, strict=True):
        if column.nothing and column.type != "text":
            words = ", ".join(column.nothing)
            yield say("words-for-nothing", title=title, words=words, count=column.nothing.total())
        if column.wide and column.type != "text":
            yield say("digits-of-full-width", title=title, count=column.wide)
        if column.written_oddly and not column.comma:
            yield say("commas-part-thousands", title=title, number=column.odd)
        elif column.numbers_as_text:
            yield say("numbers-as-text", title=title, number=column.odd)
        if column.rounded is not None and column.type == "float":
            yield say("digits-rounded", title=title, number=str(column.rounded))


def told_of_gap(titles: list[str], seen: list[Column], shape: Shape) -> Iterator[str]:
    """Say that an empty column without a title stands between the ordinates and other columns: two tables, perhaps."""
    last = max(n for n in (shape.x, shape.y, shape.pair, shape.written) if n is not None)
    gaps = [n for n in range(last + 1, len(seen)) if seen[n].type is None and titles[n] == nameless(n + 1)]
    if beyond := [titles[n] for n in range(gaps[0] + 1, len(seen)) if seen[n].type is not None] if gaps else []:
        yield say("empty-column-parts", titles=", ".join(beyond))


def titles_of(header: Sequence[Any], above: Sequence[Any]) -> list[str]:
    """Return the header's names; an unnamed column has that of the cell above (merged with it) or its number.

    Columns of the same name are told apart by what stands above them, else a second one is numbered, too.
    """
    titles: list[str] = []
    groups = groups_of(header, above)
    written = ["" if value is None else str(value).strip() for value in header]
    for number, value in enumerate(header, 1):
        over = above[number - 1] if number <= len(above) else None
        named = next((text for text in (value, over) if text not in (None, "")), nameless(number))
        title = str(named).strip()
        if written.count(title) > 1 and groups[number - 1]:
            title = f"{title} ({groups[number - 1]})"
        titles.append(title if title not in titles else f"{title} ({number})")
    return titles


def nameless(number: int) -> str:
    """Return what a column without a name is called."""
    return f"column {number}"


def told_twice(header: Sequence[Any], shape: Shape) -> Iterator[str]:
    """Say that an ordinate column's title stands over several columns: the first was taken."""
    titles = ["" if value is None else plain_title(value) for value in header]
    for number in (shape.x, shape.y):
        count = 0 if number is None or number >= len(titles) else titles.count(titles[number])
        if number is not None and count > 1:
            yield say("columns-twice", title=str(header[number]).strip(), count=count, number=number + 1)
