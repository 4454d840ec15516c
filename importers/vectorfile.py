"""Vector files read through GDAL or Arrow in the reading process: layers described, features handed over in batches.

One function for all formats; what differs is in ``RECIPES``: the drivers that may open the file, their options, and
whether the format has identities of its own worth keeping as a column.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj

from importers import arrow, wkb
from importers.batch import (
    BATCH_ROWS,
    Decision,
    FeatureBatch,
    ReadOptions,
    Refusal,
    Source,
    SourceColumn,
    SourceLayer,
)
from importers.encoding import dbf_encoding
from importers.errors import NoSuchSourceLayer, NothingToImport, UnreadableSource
from importers.gdal import ReadingProcess
from layers.crs import parse_crs
from layers.errors import UnknownCrs
from layers.sentences import listed, reason, say

Json = dict[str, Any]
DEGREE_M = 111_320.0
COMPLAINTS_SHOWN = 3
KML_DRAWING = frozenset({"altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet"})
"""Columns the KML driver gives every feature: how a globe draws it, not what it is."""
KML_OWN = frozenset({"id", "Name", "description", "timestamp", "begin", "end"})
"""Its columns that may be facts of a feature; left out of a layer where none has them."""
BATCH_BYTES = 4_000_000
"""What a batch weighs at most as it is read; on its way into the database it weighs ten times that."""
DEFAULT_FID = "OGC_FID"
"""GDAL's name for row numbers of formats without identities; those are not worth a column."""


@dataclass(frozen=True)
class Recipe:
    """How GDAL opens one format: its drivers, open options and configuration."""

    format: str
    drivers: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict)


RECIPES = {
    recipe.format: recipe
    for recipe in (
        Recipe("GeoPackage", ("GPKG",), {"IMMUTABLE": "YES"}),
        Recipe("FileGDB", ("OpenFileGDB",)),
        Recipe("MapInfo", ("MapInfo File",)),
        Recipe("GML", ("GML",), {"WRITE_GFS": "NO"}),
        Recipe("KML", ("LIBKML",)),
        Recipe("GeoJSON", ("GeoJSON",)),
        Recipe("GeoJSON sequence", ("GeoJSONSeq",)),
        Recipe("Esri JSON", ("ESRIJSON",)),
        Recipe("TopoJSON", ("TopoJSON",)),
        Recipe("FlatGeobuf", ("FlatGeobuf",)),
        Recipe("GPX", ("GPX",)),
        Recipe("SQLite", ("SQLite",)),
        Recipe("MicroStation DGN", ("DGN",)),
        Recipe("ArcInfo E00", ("AVCE00",)),
        Recipe("OpenStreetMap PBF", ("OSM",), config={"OSM_USE_CUSTOM_INDEXING": "NO"}),
    )
}


def opener(format_name: str) -> Callable[[Path, ReadOptions], Source]:
    """Return the function that opens a file of one of the ``RECIPES``."""
    recipe = RECIPES[format_name]

    def open_file(path: Path, options: ReadOptions) -> Source:
        return _open(path, recipe, options, encoding=None, crs=None)

    return open_file


def open_shapefile(path: Path, options: ReadOptions) -> Source:
    """Open a shapefile: its text decoded by rule, its ``.prj`` read by PROJ, a missing ``.shx`` rebuilt in a copy.

    Raises:
        UnreadableSource: a part that cannot be done without is missing, or GDAL cannot read it.
    """
    parts = sidecars(path)
    if ".shp" not in parts:
        raise UnreadableSource(say("shp-missing", file=path.name))
    notes, decisions = [], []
    encoding = None
    if ".dbf" in parts:
        decision = dbf_encoding(parts[".dbf"], options.encoding)
        decisions.append(decision)
        encoding = decision.value
    else:
        notes.append(say("no-dbf"))
    crs, fact = _prj(parts.get(".prj"))
    if fact:
        notes.append(fact)
    close: Callable[[], None] = lambda: None  # noqa: E731
    shape = parts[".shp"]
    if ".shx" in parts and not _whole_index(parts[".shx"]):
        notes.append(say("shx-damaged"))
        parts.pop(".shx")
    elif ".shx" not in parts:
        notes.append(say("no-shx"))
    if ".shx" not in parts or not _plain_prj(parts.get(".prj"), crs):
        shape, close = _linked({suffix: part for suffix, part in parts.items() if suffix != ".prj"})
    recipe = Recipe("Shapefile", ("ESRI Shapefile",), config={} if ".shx" in parts else {"SHAPE_RESTORE_SHX": "YES"})
    try:
        wanted = replace(options, layer=())
        source = _open(shape, recipe, wanted, encoding=encoding, crs=crs, shown=path)
    except BaseException:
        close()
        raise
    layers = tuple(replace(layer, crs=crs, name=path.stem) for layer in source.layers)

    def end() -> None:
        source.close()
        close()

    return replace(source, path=path, layers=layers, decisions=tuple(decisions), notes=tuple(notes), close=end)


def open_geoparquet(path: Path, options: ReadOptions) -> Source:
    """Open a GeoParquet file with WKB geometry.

    Raises:
        UnreadableSource: it is damaged, has no geometry column or an encoding other than WKB.
    """
    from importers.geoparquet import describe

    process = ReadingProcess(path, ())
    try:
        described = process.ask({"do": "describe_parquet", "path": str(path)})
        facts = describe(path.name, described)
        request = {"do": "read_parquet", "path": str(path)}
        layer = _layer(path.stem, process, request, facts.crs, facts.column, None)
    except BaseException:
        process.close()
        raise
    layer = replace(layer, claimed=int(described["features"]), geometry_type=facts.geometry_type, facts=facts.notes)
    return Source(path, "GeoParquet", (layer,), close=process.close)


def _whole_index(shx: Path) -> bool:
    """Say whether an index is as long as its header claims (in words of 16 bits)."""
    with shx.open("rb") as file:
        header = file.read(28)
    return len(header) == 28 and int.from_bytes(header[24:28], "big") * 2 == shx.stat().st_size


def sidecars(path: Path) -> dict[str, Path]:
    """Return the files that share a name's stem, by lower-case suffix: upper-case parts are found too."""
    return {
        sibling.suffix.lower(): sibling
        for sibling in sorted(path.parent.iterdir(), reverse=True)
        if sibling.stem.lower() == path.stem.lower() and sibling.is_file()
    }


def _open(
    path: Path,
    recipe: Recipe,
    options: ReadOptions,
    encoding: str | None,
    crs: pyproj.CRS | None,
    shown: Path | None = None,
) -> Source:
    """Open what GDAL reads at ``path``; messages name ``shown``, the file as the user has it."""
    process = ReadingProcess(path, recipe.drivers, recipe.config, shown)
    request = {"path": str(path), "encoding": encoding, "options": dict(recipe.options)}
    try:
        described = process.ask(request | {"do": "layers"})
        layers, notes = [], []
        for facts in described["layers"]:
            if "error" in facts:
                notes.append(say("layer-explain", facts=facts["name"], explain=_explain(facts["error"])))
            elif not options.layer or facts["name"] in options.layer:
                read = request | {"do": "read", "layer": facts["name"], "expected": facts["features"]}
                layers.append(_described(process, read, facts, options, crs))
    except UnreadableSource as error:
        process.close()
        raise type(error)(_explain(reason(error))) from None
    if not layers:
        process.close()
        raise _no_layers(shown or path, options, described, notes)
    return Source(path, recipe.format, tuple(layers), notes=tuple(notes), close=process.close)


def _no_layers(path: Path, options: ReadOptions, described: Json, notes: list[str]) -> UnreadableSource:
    names = [facts["name"] for facts in described["layers"]]
    if options.layer and names:
        return NoSuchSourceLayer(
            say("file-has-no-layer", file=path.name, layer=", ".join(options.layer), names=", ".join(names))
        )
    return NothingToImport(say("file-plain", file=path.name, plain=listed(notes) or say("has-no-layers")))


def _described(
    process: ReadingProcess, request: Json, facts: Json, options: ReadOptions, crs: pyproj.CRS | None
) -> SourceLayer:
    declared, remarks = (crs, ()) if crs is not None else read_crs(facts.get("crs"))
    tolerance = (
        options.tolerance_m if declared is None or not declared.is_geographic else options.tolerance_m / DEGREE_M
    )
    layer = _layer(facts["name"], process, request, declared, facts["geometry_name"], facts["fid_column"], tolerance)
    claimed = facts["features"] if facts["features"] is not None and facts["features"] >= 0 else None
    return replace(layer, claimed=claimed, geometry_type=facts["geometry_type"] or "None", facts=remarks)


def _layer(
    name: str,
    process: ReadingProcess,
    request: Json,
    crs: pyproj.CRS | None,
    geometry_column: str | None,
    fid_column: str | None,
    tolerance: float = 0.01,
) -> SourceLayer:
    """Make a layer of the reading process; an empty read tells the columns' true Arrow types."""
    fid = fid_column if fid_column and fid_column != DEFAULT_FID else None
    reading = _Reading(process, request, geometry_column or "wkb_geometry", fid_column or DEFAULT_FID, fid, tolerance)
    if process.drivers == ("LIBKML",):
        reading.leave_out(KML_DRAWING, KML_OWN)
    columns = reading.columns()
    return SourceLayer(name, columns, reading.batches, crs, decisions=reading.decisions, identity=fid)


def _says_something(values: pa.Array) -> bool:
    return any(value not in (None, "") for value in values.to_pylist())


class _Reading:
    """Reads one layer as often as asked."""

    def __init__(
        self, process: ReadingProcess, request: Json, geometry: str, fid: str, kept_fid: str | None, tolerance: float
    ) -> None:
        self._process, self._request = process, request
        self._geometry, self._fid, self._kept_fid, self._tolerance = geometry, fid, kept_fid, tolerance
        self._left_out: frozenset[str] = frozenset()
        self.decisions: tuple[Decision, ...] = ()

    def leave_out(self, always: frozenset[str], empty: frozenset[str]) -> None:
        """Leave out columns that the format has for every feature: some always, some where no feature fills them."""
        schema = self._process.schema(self._request)
        maybe = {name for name in schema.names if name in empty}
        for batch in self._process.read(self._request | {"rows": BATCH_ROWS})[1] if maybe else ():
            maybe -= {name for name in maybe if _says_something(batch.column(batch.schema.names.index(name)))}
        left = [name for name in schema.names if name in always | maybe]
        self._left_out = frozenset(left)
        if left:
            value = say("columns-left-out", columns=", ".join(left))
            self.decisions += (Decision(say("columns"), value, "rule", (say("of-the-format"),)),)

    def columns(self) -> tuple[SourceColumn, ...]:
        """Return the columns of the stream."""
        return tuple(self._columns_of(self._process.schema(self._request)))

    def _columns_of(self, schema: pa.Schema) -> Iterator[SourceColumn]:
        if self._kept_fid is not None and self._kept_fid in schema.names:
            yield SourceColumn(self._kept_fid, "bigint")
        for name, kind in zip(schema.names, schema.types, strict=True):
            if name not in (self._geometry, self._fid) and name not in self._left_out:
                yield SourceColumn(name, arrow.column_type(kind))

    def batches(self) -> Iterator[FeatureBatch]:
        """Read the layer from its beginning."""
        _, batches = self._process.read(self._request | {"rows": BATCH_ROWS})
        start = 0
        for batch in chain.from_iterable(map(_light, batches)):
            yield self._batch(batch, start)
            start += batch.num_rows
        if complaints := self._process.complaints:
            shown = [say("reader-complained", text=text) for text in complaints[:COMPLAINTS_SHOWN]]
            done = dict.fromkeys(shown, 1)
            if more := len(complaints) - len(shown):
                done[say("reader-complained-more")] = more
            yield FeatureBatch(np.empty(0, dtype=object), {}, [], done=done)

    def _batch(self, batch: pa.RecordBatch, start: int) -> FeatureBatch:
        names = batch.schema.names
        ids = (
            batch.column(names.index(self._fid)).to_numpy(zero_copy_only=False)
            if self._fid in names
            else np.arange(start, start + batch.num_rows)
        )
        columns: dict[str, pa.Array] = {}
        done: dict[str, int] = {}
        for column in self._columns_of(batch.schema):
            values, how = arrow.convert(batch.column(names.index(column.title)), column.type)
            columns[column.title] = values
            if how and values.null_count < len(values):
                done[say("column-how", title=column.title, how=how)] = len(values) - values.null_count
        if self._geometry not in names:
            return FeatureBatch(np.full(batch.num_rows, None, dtype=object), columns, ids, done=done)
        decoded = wkb.decode(batch.column(names.index(self._geometry)), self._tolerance)
        return without(FeatureBatch(decoded.geometries, columns, ids, done=done | decoded.done), decoded.reasons, batch)


def _light(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Cut a batch so that no part weighs much more than ``BATCH_BYTES``: features of many vertices come in fewer."""
    rows = max(1, batch.num_rows * BATCH_BYTES // max(batch.nbytes, 1))
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def without(batch: FeatureBatch, reasons: Mapping[int, str], raw: pa.RecordBatch | None = None) -> FeatureBatch:
    """Take the rows named in ``reasons`` out of a batch, as refusals."""
    if not reasons:
        return batch
    keep = np.ones(len(batch), dtype=bool)
    keep[list(reasons)] = False
    refused = tuple(
        Refusal(
            str(batch.source_ids[row]),
            reason,
            None if batch.geometries[row] is None else batch.geometries[row].wkb,
            {name: values[row].as_py() for name, values in batch.columns.items()},
        )
        for row, reason in reasons.items()
    )
    mask = pa.array(keep)
    return replace(
        batch,
        geometries=batch.geometries[keep],
        columns={name: values.filter(mask) for name, values in batch.columns.items()},
        source_ids=np.asarray(batch.source_ids)[keep],
        refused=batch.refused + refused,
    )


def read_crs(text: str | None) -> tuple[pyproj.CRS | None, tuple[str, ...]]:
    """Read the CRS a file declares; one that is none (undefined, not of the Earth) is told as a fact instead."""
    if not text:
        return None, ()
    try:
        crs = parse_crs(text)
    except UnknownCrs as error:
        return None, (say("declared-crs-unusable", error=error),)
    placeless = crs.is_engineering or not (crs.is_geographic or crs.is_projected or crs.is_compound or crs.is_bound)
    if placeless or crs.name.lower().startswith(("undefined", "nonearth", "unknown engineering")):
        return None, (say("crs-names-no-place", crs=crs.name),)
    return crs, ()


def _prj(path: Path | None) -> tuple[pyproj.CRS | None, str | None]:
    """Read a ``.prj`` whatever its text encoding; PROJ keeps what it says, no code is guessed for it."""
    if path is None:
        return None, say("no-prj")
    text = path.read_bytes().decode("utf-8-sig", "replace").strip("\0 \r\n\t")
    crs, facts = read_crs(text)
    return crs, facts[0] if facts else None


def _plain_prj(path: Path | None, crs: pyproj.CRS | None) -> bool:
    """Say whether GDAL can be shown the ``.prj``, too: it gives up the whole file for one it cannot read."""
    return path is None or (crs is not None and path.read_bytes().isascii())


def _linked(parts: Mapping[str, Path]) -> tuple[Path, Callable[[], None]]:
    """Link the parts of a source into a folder where GDAL may write beside them; the first part is the main one."""
    folder = tempfile.TemporaryDirectory(prefix=f"geoservice-links-{os.getpid()}-")
    links = [Path(folder.name) / f"source{suffix}" for suffix in parts]
    for link, part in zip(links, parts.values(), strict=True):
        link.symlink_to(part.resolve())
    return next((link for link in links if link.suffix == ".shp"), links[0]), folder.cleanup


def open_gml(path: Path, options: ReadOptions) -> Source:
    """Open a GML file through a link, because GDAL writes what it learned of the schema beside the file it opens."""
    schema = {suffix: part for suffix, part in sidecars(path).items() if suffix == ".xsd"}
    link, close = _linked({path.suffix.lower(): path} | schema)
    try:
        source = _open(link, RECIPES["GML"], options, encoding=None, crs=None, shown=path)
    except BaseException:
        close()
        raise

    def end() -> None:
        source.close()
        close()

    return replace(source, path=path, close=end)


def _explain(message: str) -> str:
    """Put GDAL's terser sentences into words a user can act on."""
    if "'wkt' referenced before assignment" in message:
        return say("crs-unreadable")
    if "Geometry type is not supported: 10" in message:
        name = message.partition(":")[0]
        return say("surfaces-3d", name=name)
    return message
