"""Shapefiles: several files that are one, of which some lie and some are missing."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyproj
from numpy.typing import NDArray

from importers.batch import (
    ReadOptions,
    Source,
)
from importers.beside import found_by_gdal, linked, sidecars
from importers.errors import UnreadableSource
from importers.vector.dbf import SHX_HEADER, Records, has_wide_integers, padded, read_records, shape_count
from importers.vector.dbf_logical import with_unknowns
from importers.vector.dbf_memo import with_memos
from importers.vector.dbf_values import with_what_is_written
from importers.vector.encoding import dbf_encoding
from importers.vector.source import Recipe, open_recipe, read_prj
from layers.sentences import say


def open_shapefile(path: Path, options: ReadOptions) -> Source:
    """Open a shapefile: its text decoded by rule, its ``.prj`` read by PROJ, a missing ``.shx`` rebuilt in a copy.

    Raises:
        UnreadableSource: a part that cannot be done without is missing or cut off, or GDAL cannot read it.
    """
    parts = sidecars(path)
    if ".shp" not in parts:
        raise UnreadableSource(say("shp-missing", file=path.name))
    if _cut_off(parts[".shp"], parts.get(".shx")):
        raise UnreadableSource(say("shp-cut-off", file=path.name))
    notes, decisions = [], []
    encoding = None
    if ".dbf" in parts:
        decision = dbf_encoding(parts[".dbf"], options.encoding)
        decisions.append(decision)
        encoding = decision.value
    else:
        notes.append(say("no-dbf"))
    prj = parts.get(".prj", parts.get(".qpj"))
    crs, fact = read_prj(prj) if prj else (None, say("no-prj"))
    if fact:
        notes.append(fact)
    shape = parts[".shp"]
    if ".shx" in parts and not _good_index(parts[".shx"], shape):
        notes.append(say("shx-damaged"))
        parts.pop(".shx")
    elif ".shx" not in parts:
        notes.append(say("no-shx"))
    records, shapes, told = _table_fits(parts)
    short = records if records is not None and records.count < shapes else None
    notes += told
    linking = (
        ".shx" not in parts
        or short is not None
        or not _plain_prj(parts.get(".prj"), crs)
        or not all(found_by_gdal(part, path) for suffix, part in parts.items() if suffix in (".shx", ".dbf"))
    )
    with ExitStack() as stack:
        if linking:
            shape, unlink = linked({suffix: part for suffix, part in parts.items() if suffix != ".prj"})
            stack.callback(unlink)
        if short is not None:
            table = shape.with_suffix(".dbf")
            table.unlink()
            padded(parts[".dbf"], short, shapes, table)
        config = {} if ".shx" in parts else {"SHAPE_RESTORE_SHX": "YES"}
        exact = {"ADJUST_TYPE": "YES"} if records and has_wide_integers(parts[".dbf"], records) else {}
        recipe = Recipe("Shapefile", ("ESRI Shapefile",), exact, config)
        wanted = replace(options, layer=())
        source = open_recipe(shape, recipe, wanted, encoding=encoding, crs=crs, shown=path)
        stack.callback(source.close)
        end = stack.pop_all().close
    layers = tuple(
        replace(
            layer,
            crs=crs,
            crs_by=say("prj-beside"),
            name=path.stem,
            claimed=records.count if records else layer.claimed,
        )
        for layer in source.layers
    )
    if records is not None:
        layers = tuple(with_memos(layer, parts, records, encoding) for layer in layers)
        layers = tuple(with_unknowns(layer, parts[".dbf"], records) for layer in layers)
        layers = tuple(with_what_is_written(layer, parts[".dbf"], records) for layer in layers)
    return replace(source, path=path, layers=layers, decisions=tuple(decisions), notes=tuple(notes), close=end)


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
