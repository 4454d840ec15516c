"""Sheets of one layer: files cut by map sheet, read one after the other as one layer, when that is asked for.

``merge=yes`` joins the layers of one name in all files, or of all files where each holds just one. They must be of one
coordinate system; a column that a file lacks is empty there, whole numbers beside fractions become fractions, and every
feature keeps the name of its file. What a feature lost at a sheet line stays cut: nothing is sewn together unasked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from importers.batch import ColumnType, FeatureBatch, Source, SourceColumn, SourceLayer
from importers.errors import UnsupportedSource
from importers.vector.arrow import ARROW_TYPES
from layers.crs.names import same_crs
from layers.sentences import say

FILE_COLUMN = "source_file"
"""The title of the column that tells which file a feature comes from."""
_WIDER: dict[frozenset[str], ColumnType] = {
    frozenset({"integer", "bigint"}): "bigint",
    frozenset({"integer", "float"}): "float",
    frozenset({"bigint", "float"}): "float",
}

Sheet = tuple[Path, SourceLayer]


def merged(sources: Sequence[Source], crs_told: bool = False) -> list[Source]:
    """Return one source that holds the layers of all, those of one name as one layer.

    Where the user names the coordinate system (``crs_told``), what the files declare is not held against each other.

    Raises:
        UnsupportedSource: files differ in their coordinate system, or in the type of a column.
    """
    if len(sources) < 2:
        return list(sources)
    first = sources[0]
    single = all(len(source.layers) == 1 for source in sources)
    groups: dict[str, list[Sheet]] = {}
    for source in sources:
        for layer in source.layers:
            groups.setdefault("" if single else layer.name, []).append((source.path, layer))
    joined = tuple(_joined(sheets, crs_told) for sheets in groups.values())
    decisions = tuple(dict.fromkeys(decision for source in sources for decision in source.decisions))
    notes = tuple(dict.fromkeys(note for source in sources for note in source.notes))
    return [replace(first, layers=joined, decisions=decisions, notes=notes)]


def _joined(sheets: Sequence[Sheet], crs_told: bool) -> SourceLayer:
    path, first = sheets[0]
    for other, layer in () if crs_told else sheets[1:]:
        if (layer.crs is None) != (first.crs is None) or (
            layer.crs is not None and first.crs is not None and not same_crs(layer.crs, first.crs)
        ):
            raise UnsupportedSource(say("sheets-of-two-systems", file=other.name, other=path.name))
    columns = _columns(sheets)
    claims = [layer.claimed for _, layer in sheets]
    kinds = {layer.geometry_type for _, layer in sheets}
    return replace(
        first,
        columns=columns,
        batches=lambda: _batches(sheets, columns),
        first=lambda count: _batches(sheets, columns, count),
        claimed=None if any(claim is None for claim in claims) else sum(claim or 0 for claim in claims),
        geometry_type=first.geometry_type if len(kinds) == 1 else "Unknown",
        facts=tuple(dict.fromkeys(fact for _, layer in sheets for fact in layer.facts)),
        decisions=tuple(dict.fromkeys(one for _, layer in sheets for one in layer.decisions)),
        questions=tuple(dict.fromkeys(one for _, layer in sheets for one in layer.questions)),
        identity=None,
    )


def _columns(sheets: Sequence[Sheet]) -> tuple[SourceColumn, ...]:
    """Return the columns of all files; the file's own row numbers, which mean nothing together, are left out."""
    found: dict[str, tuple[ColumnType, str]] = {}
    for path, layer in sheets:
        for column in layer.columns:
            if column.title in (layer.identity, FILE_COLUMN):
                continue
            known, where = found.setdefault(column.title, (column.type, path.name))
            wider = known if known == column.type else _WIDER.get(frozenset({known, column.type}))
            if wider is None:
                raise UnsupportedSource(
                    say("sheets-of-two-types", column=column.title, file=path.name, kind=column.type, other=where,
                        other_kind=known)
                )  # fmt: skip
            found[column.title] = (wider, where)
    own = tuple(SourceColumn(title, kind) for title, (kind, _) in found.items())
    return (*own, SourceColumn(FILE_COLUMN, "text"))


def _batches(
    sheets: Sequence[Sheet], columns: Sequence[SourceColumn], most: int | None = None
) -> Iterator[FeatureBatch]:
    read = 0
    for path, layer in sheets:
        if most is not None and read >= most:
            return
        for batch in layer.batches() if most is None else layer.look(most - read):
            read += len(batch)
            values = {column.title: _values(batch, column, path) for column in columns}
            ids = [f"{path.name}: {one}" for one in batch.source_ids]
            refused = tuple(replace(one, source_id=f"{path.name}: {one.source_id}") for one in batch.refused)
            yield replace(batch, columns=values, source_ids=ids, refused=refused)


def _values(batch: FeatureBatch, column: SourceColumn, path: Path) -> Any:
    kind = ARROW_TYPES[column.type]
    if column.title == FILE_COLUMN:
        return pa.array([path.name] * len(batch), kind)
    values = batch.columns.get(column.title)
    return pa.nulls(len(batch), kind) if values is None else values.cast(kind)
