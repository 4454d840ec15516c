"""The attributes of a VCT file: which code belongs to which table, its columns, and its rows as values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from importers.batch import ColumnType, SourceColumn
from importers.vector.arrow import ARROW_TYPES
from importers.vector.vct_text import BrokenText, Lines, whole_of
from layers.sentences import say

_WHOLE = re.compile(r"[+-]?\d{1,18}")
_DAY = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})")


@dataclass(frozen=True)
class FeatureCode:
    """What a feature code stands for: its name, its kind of shape, and the table of its attributes."""

    code: str
    name: str
    kind: str
    table: str


@dataclass
class VctTable:
    """A table: its columns as declared (name, type), and its rows by the number of their object, as text."""

    name: str
    declared: list[tuple[str, str]] = field(default_factory=list)
    rows: dict[str, list[str]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    def columns(self) -> tuple[SourceColumn, ...]:
        """Return the columns; one whose values are not all of its declared type is text, which ``told`` says."""
        found = []
        told = []
        for place, (title, declared) in enumerate(self.declared):
            kind = _TYPES.get(declared.lower().rstrip("0123456789"), "text")
            values = [row[place] for row in self.rows.values()]
            kept = _narrowest(kind, values)
            if kept == "text" and kind != "text":
                told.append(say("vct-column-text", column=title, kind=declared))
            found.append(SourceColumn(title, kept))
        self.told = tuple(told)
        return tuple(found)

    def values(self, numbers: Sequence[str], columns: Sequence[SourceColumn]) -> Mapping[str, pa.Array]:
        """Return the values of some objects' rows, NULL for those without."""
        rows = [self.rows.get(number) for number in numbers]
        return {
            column.title: pa.array(
                [_value(row[place], column.type) if row is not None else None for row in rows], ARROW_TYPES[column.type]
            )
            for place, column in enumerate(columns)
        }


def read_codes(lines: Lines) -> Iterator[FeatureCode]:
    """Read the section of feature codes, up to its end: code, name, kind, perhaps colours, table."""
    for line in _until(lines, "featurecodeend"):
        texts = [text.strip() for text in line.split(lines.separator)]
        if len(texts) < 3:
            continue
        table = next((text for text in texts[3:] if text and not text.isdigit()), texts[0])
        yield FeatureCode(texts[0], texts[1], texts[2].lower(), table)


def read_structure(lines: Lines) -> Iterator[VctTable]:
    """Read the section of tables, up to its end: a name and a number of columns, then as many columns.

    Raises:
        BrokenText: a table does not say how many columns it has.
    """
    for line in _until(lines, "tablestructureend"):
        if line == "0":
            continue
        name, *said = (text.strip() for text in line.split(lines.separator))
        count = whole_of(said[0]) if said else None
        if count is None:
            raise BrokenText(say("vct-not-a-number", text=line[:40]), lines.at)
        table = VctTable(name)
        for _ in range(count):
            title, *kind = (text.strip() for text in lines.take().split(lines.separator))
            table.declared.append((title, kind[0] if kind else "Char"))
        yield table


def read_rows(lines: Lines, tables: Mapping[str, VctTable]) -> None:
    """Read the section of attributes into its tables, up to its end; a row of a wrong length is a fault of its object.

    A row has the object's number before its values, unless the first of them is it.
    """
    table: VctTable | None = None
    for line in _until(lines, "attributeend"):
        if line.lower() == "tableend":
            table = None
        elif table is None:
            table = tables.get(line.strip(), VctTable(line.strip()))
        else:
            texts = [text.strip() for text in line.split(lines.separator)]
            number, wanted = texts[0], len(table.declared)
            if len(texts) == wanted + 1:
                texts = texts[1:]
            if len(texts) == wanted:
                table.rows[number] = texts
            else:
                table.faults[number] = say("vct-cells", count=len(texts) - 1, table=table.name, columns=wanted)


def _until(lines: Lines, end: str) -> Iterator[str]:
    while (line := lines.peek()) is not None:
        lines.take()
        if line.lower() == end:
            return
        yield line


_TYPES: dict[str, ColumnType] = {
    "int": "integer", "integer": "integer", "smallint": "integer", "float": "float", "double": "float",
    "numeric": "float", "date": "date",
}  # fmt: skip


def _narrowest(kind: ColumnType, values: Sequence[str]) -> ColumnType:
    held = [value for value in values if value]
    if kind == "integer":
        if not all(map(_WHOLE.fullmatch, held)):
            return _narrowest("float", values)
        return "integer" if all(-(1 << 31) <= int(value) < 1 << 31 for value in held) else "bigint"
    if kind == "float":
        return "float" if all(_is_number(value) for value in held) else "text"
    if kind == "date":
        return "date" if all(_day(value) for value in held) else "text"
    return "text"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _value(text: str, kind: ColumnType) -> object:
    if not text:
        return None
    if kind in ("integer", "bigint"):
        return int(text)
    return float(text) if kind == "float" else _day(text) if kind == "date" else text
