"""From the names a file gives its columns to names a table can have; the file's own name stays as the title."""

from collections.abc import Sequence

from importers.batch import Decision, SourceColumn
from layers.layer import Column
from layers.tables import RESERVED

MAX_BYTES = 63
"""Bytes of an identifier in PostgreSQL; a Chinese character takes three."""
MAX_COLUMNS = 1500


def table_columns(columns: Sequence[SourceColumn]) -> tuple[tuple[Column, ...], tuple[Decision, ...]]:
    """Give every column a name that is unique whatever the case, storable, and else exactly the file's.

    Returns the columns and a decision for every name that had to differ from its title.
    """
    taken = set(RESERVED)
    named: list[Column] = []
    decisions: list[Decision] = []
    for column in columns[:MAX_COLUMNS]:
        name = _unique(_storable(column.title), taken)
        taken.add(name.lower())
        named.append(Column(name, column.title, column.type))
        if name != column.title:
            decisions.append(Decision("column name", f"{column.title!r} is called {name!r}", "rule"))
    return tuple(named), tuple(decisions)


def _storable(title: str) -> str:
    text = "".join("_" if character in '%\0"' or not character.isprintable() else character for character in title)
    return _cut(text.strip() or "column", MAX_BYTES)


def _unique(name: str, taken: set[str]) -> str:
    if name.lower() not in taken:
        return name
    for number in range(2, MAX_COLUMNS * 2):
        ending = f"_{number}"
        candidate = _cut(name, MAX_BYTES - len(ending)) + ending
        if candidate.lower() not in taken:
            return candidate
    raise AssertionError("more equal column names than columns")


def _cut(text: str, size: int) -> str:
    """Cut to a number of UTF-8 bytes without breaking a character."""
    return text.encode()[:size].decode("utf-8", "ignore")
