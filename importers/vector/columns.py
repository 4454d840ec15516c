"""From the names a file gives its columns to names a table can have; the file's own name stays as the title."""

import json
from collections.abc import Mapping, Sequence

import pyarrow as pa

from importers.batch import Decision, SourceColumn
from layers.layer import Column
from layers.sentences import say
from layers.tables import RESERVED

MAX_BYTES = 63
"""Bytes of an identifier in PostgreSQL; a Chinese character takes three."""
MAX_COLUMNS = 400
"""Columns of a table: a row of PostgreSQL must fit a page of 8 kB, and each column takes up to 18 bytes of it."""
SOURCE_FID = "source_fid"
"""What a file's own ``fid`` is called: features have numbers of ours here."""
OTHERS = "other columns"
"""The JSON column that holds the columns beyond these."""


def table_columns(columns: Sequence[SourceColumn]) -> tuple[tuple[Column, ...], tuple[Decision, ...]]:
    """Give every column a name that is unique whatever the case, storable, and else exactly the file's.

    Returns the columns and a decision for every name that had to differ from its title. Columns beyond ``MAX_COLUMNS``
    share one, as JSON.
    """
    taken = set(RESERVED)
    named: list[Column] = []
    decisions: list[Decision] = []
    own, others = _divided(columns)
    for column in own:
        title = SOURCE_FID if column.title.lower() == "fid" else column.title
        name = _unique(_storable(title), taken)
        taken.add(name.lower())
        named.append(Column(name, column.title, column.type))
        if name != column.title:
            decisions.append(Decision(say("column-name"), say("column-called", title=column.title, name=name), "rule"))
    if others:
        named.append(Column(_unique("other_columns", taken), OTHERS, "json"))
        why = say("too-many-columns", max_columns=MAX_COLUMNS, count=len(columns))
        value = say("columns-in-json", count=len(others), others=OTHERS)
        decisions.append(Decision(say("columns"), value, "rule", (why,)))
    return tuple(named), tuple(decisions)


def gathered(values: Mapping[str, pa.Array], columns: Sequence[SourceColumn]) -> dict[str, pa.Array]:
    """Put the values of columns beyond ``MAX_COLUMNS`` into the one that holds them, by title; empty ones left out."""
    others = _divided(columns)[1]
    if not others:
        return dict(values)
    rows = pa.table({column.title: values[column.title] for column in others}).to_pylist()
    texts = [
        json.dumps({title: value for title, value in row.items() if value is not None}, ensure_ascii=False, default=str)
        for row in rows
    ]
    return {**values, OTHERS: pa.array(texts, pa.large_string())}


def _divided(columns: Sequence[SourceColumn]) -> tuple[Sequence[SourceColumn], Sequence[SourceColumn]]:
    """Divide columns into those of their own and those that share one."""
    if len(columns) <= MAX_COLUMNS:
        return columns, ()
    return columns[: MAX_COLUMNS - 1], columns[MAX_COLUMNS - 1 :]


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
    raise AssertionError(say("column-names-exhausted"))


def _cut(text: str, size: int) -> str:
    """Cut to a number of UTF-8 bytes without breaking a character."""
    return text.encode()[:size].decode("utf-8", "ignore")
