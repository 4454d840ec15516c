"""Shapefiles: several files that are one, of which some lie and some are missing."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyproj
from numpy.typing import NDArray

from importers.batch import Decision, ReadOptions, Source, SourceLayer
from importers.beside import found_by_gdal, linked, sidecars
from importers.errors import UnreadableSource
from importers.vector.dbf import SHX_HEADER, Records, has_wide_integers, padded, read_records, shape_count
from importers.vector.dbf_logical import with_unknowns
from importers.vector.dbf_memo import with_memos
from importers.vector.dbf_values import with_what_is_written
from importers.vector.encoding import dbf_encoding
from importers.vector.source import Recipe, open_recipe, read_prj
from layers.sentences import say


@dataclass(frozen=True)
class _Looked:
    """What the parts of a shapefile are found to be before GDAL opens it; ``parts`` lack an index that is damaged."""

    parts: Mapping[str, Path]
    encoding: str | None
    crs: pyproj.CRS | None
    records: Records | None
    shapes: int
    decisions: tuple[Decision, ...]
    notes: tuple[str, ...]

    @property
    def short(self) -> Records | None:
        """The records of a table that has fewer of them than there are shapes."""
        return self.records if self.records is not None and self.records.count < self.shapes else None

    def must_be_linked(self, path: Path) -> bool:
        """Say whether GDAL would read the parts otherwise, or not find them, where they lie."""
        return (
            ".shx" not in self.parts
            or self.short is not None
            or not _plain_prj(self.parts.get(".prj"), self.crs)
            or not all(found_by_gdal(part, path) for suffix, part in self.parts.items() if suffix in (".shx", ".dbf"))
        )


def open_shapefile(path: Path, options: ReadOptions) -> Source:
    """Open a shapefile: its text decoded by rule, its ``.prj`` read by PROJ, a missing ``.shx`` rebuilt in a copy.

    Raises:
        UnreadableSource: a part that cannot be done without is missing or cut off, or GDAL cannot read it.
    """
    looked = _look(path, options)
    source = _opened(path, looked, options)
    layers = tuple(_completed(layer, path, looked) for layer in source.layers)
    return replace(source, path=path, layers=layers, decisions=looked.decisions, notes=looked.notes)


def _look(path: Path, options: ReadOptions) -> _Looked:
    parts = sidecars(path)
    if ".shp" not in parts:
        raise UnreadableSource(say("shp-missing", file=path.name))
    if _cut_off(parts[".shp"], parts.get(".shx")):
        raise UnreadableSource(say("shp-cut-off", file=path.name))
    decision = dbf_encoding(parts[".dbf"], options.encoding) if ".dbf" in parts else None
    notes = [] if decision else [say("no-dbf")]
    prj = parts.get(".prj", parts.get(".qpj"))
    crs, fact = read_prj(prj) if prj else (None, say("no-prj"))
    if fact:
        notes.append(fact)
    if ".shx" not in parts:
        notes.append(say("no-shx"))
    elif not _good_index(parts[".shx"], parts[".shp"]):
        notes.append(say("shx-damaged"))
        parts.pop(".shx")
    records, shapes, told = _table_fits(parts)
    decisions = (decision,) if decision else ()
    return _Looked(parts, decision.value if decision else None, crs, records, shapes, decisions, (*notes, *told))


def _opened(path: Path, looked: _Looked, options: ReadOptions) -> Source:
    """Let GDAL open the parts, by links in a folder of their own where it would misread them."""
    parts, records, shape = looked.parts, looked.records, looked.parts[".shp"]
    with ExitStack() as stack:
        if looked.must_be_linked(path):
            shape, unlink = linked({suffix: part for suffix, part in parts.items() if suffix != ".prj"})
            stack.callback(unlink)
        if looked.short is not None:
            table = shape.with_suffix(".dbf")
            table.unlink()
            padded(parts[".dbf"], looked.short, looked.shapes, table)
        config = {} if ".shx" in parts else {"SHAPE_RESTORE_SHX": "YES"}
        exact = {"ADJUST_TYPE": "YES"} if records and has_wide_integers(parts[".dbf"], records) else {}
        recipe = Recipe("Shapefile", ("ESRI Shapefile",), exact, config)
        wanted = replace(options, layer=())
        source = open_recipe(shape, recipe, wanted, encoding=looked.encoding, crs=looked.crs, shown=path)
        stack.callback(source.close)
        return replace(source, close=stack.pop_all().close)


def _completed(layer: SourceLayer, path: Path, looked: _Looked) -> SourceLayer:
    """Return a layer with what GDAL does not tell of it: its system, memos, and values as they are written."""
    records, table = looked.records, looked.parts.get(".dbf")
    claimed = records.count if records else layer.claimed
    layer = replace(layer, crs=looked.crs, crs_by=say("prj-beside"), name=path.stem, claimed=claimed)
    if records is None or table is None:
        return layer
    layer = with_memos(layer, looked.parts, records, looked.encoding)
    return with_what_is_written(with_unknowns(layer, table, records), table, records)


def _table_fits(parts: Mapping[str, Path]) -> tuple[Records | None, int, list[str]]:
    """Hold the table against the shapes: its records (None: not known), the number of shapes, what is to be told."""
    if ".dbf" not in parts or ".shx" not in parts or (records := read_records(parts[".dbf"])) is None:
        return None, 0, []
    shapes = shape_count(parts[".shx"])
    told = [say("dbf-deleted", count=records.deleted)] if records.deleted else []
    if records.count != shapes:
        code = "dbf-shorter" if records.count < shapes else "dbf-longer"
        told.append(say(code, records=records.count, shapes=shapes))
    return records, shapes, told


def _cut_off(shp: Path, shx: Path | None) -> bool:
    """Say whether shapes lie beyond the end of a ``.shp``: by its index, where that is whole, else by its header.

    GDAL reads each of those as a feature without a shape.
    """
    size = shp.stat().st_size
    if shx is None or not _whole(shx):
        return size < _claimed(shp)
    starts, lengths = _index(shx)
    return size < _claimed(shp) and bool((starts + lengths > size).any())


def _good_index(shx: Path, shp: Path) -> bool:
    """Say whether an index is as long as its header claims and, where the header of the shapes is right, points at
    them."""
    if not _whole(shx):
        return False
    if not _whole(shp):
        return True
    starts, lengths = _index(shx)
    none = (starts == 0) & (lengths == 0)
    return bool((none | ((starts >= SHX_HEADER) & (lengths > 0) & (starts + lengths < shp.stat().st_size))).all())


def _index(shx: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read where shapes begin in a ``.shp`` and how long they are, bytes."""
    records = np.fromfile(shx, dtype=">i4", offset=SHX_HEADER).reshape(-1, 2).astype(np.int64)
    return 2 * records[:, 0], 2 * records[:, 1]


def _whole(part: Path) -> bool:
    """Say whether a ``.shp`` or ``.shx`` is as long as its header claims."""
    return _claimed(part) == part.stat().st_size


def _claimed(part: Path) -> int:
    """Return how many bytes the header of a ``.shp`` or ``.shx`` claims for the file; where it is itself cut off,
    its own."""
    with part.open("rb") as file:
        header = file.read(28)
    return 2 * int.from_bytes(header[24:28], "big") if len(header) == 28 else SHX_HEADER


def _plain_prj(path: Path | None, crs: pyproj.CRS | None) -> bool:
    """Say whether GDAL can be shown the ``.prj``, too: it gives up the whole file for one it cannot read."""
    return path is None or (crs is not None and path.read_bytes().isascii())
