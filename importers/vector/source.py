"""Vector files read through GDAL or Arrow in the reading process: layers described, features handed over in batches.

One function for all formats; what differs is in ``RECIPES``: the drivers that may open the file, their options, and
whether the format has identities of its own worth keeping as a column.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyproj

from importers.batch import (
    Json,
    ReadOptions,
    Source,
    SourceLayer,
)
from importers.errors import NoSuchSourceLayer, NothingToImport, UnreadableSource
from importers.vector.encoding import text_encoding
from importers.vector.gdal import ReadingProcess
from importers.vector.gdal_layer import layer_of
from layers.crs.names import DEGREE_M, parse_crs, vertical_name
from layers.errors import UnknownCrs
from layers.sentences import listed, reason, say

EVERY_LAYER = "*"
MAPINFO_NO_DATUM = "MIF 0"
_IGNORED = re.compile(r"geometry column '(.*)' of type '(.*)' ignored")
STYLE = "OGR_STYLE"
"""The column of styles, of layers with texts."""
NAMELESS = frozenset({"unnamed", "unknown", ""})


@dataclass(frozen=True)
class Recipe:
    """How GDAL opens one format: its drivers, open options and configuration."""

    format: str
    drivers: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, str] = field(default_factory=dict)
    styled: bool = False
    """Whether what a text says is in its feature's style and nowhere else."""


RECIPES = {
    recipe.format: recipe
    for recipe in (
        Recipe("GeoPackage", ("GPKG",), {"IMMUTABLE": "YES"}),
        Recipe("FileGDB", ("OpenFileGDB",)),
        Recipe("MapInfo", ("MapInfo File",), styled=True),
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
        Recipe("JSON-FG", ("JSONFG",)),
        Recipe("OpenStreetMap XML", ("OSM",), config={"OSM_USE_CUSTOM_INDEXING": "NO"}),
        Recipe("OpenStreetMap PBF", ("OSM",), config={"OSM_USE_CUSTOM_INDEXING": "NO"}),
    )
}


def opener(format_name: str) -> Callable[[Path, ReadOptions], Source]:
    """Return the function that opens a file of one of the ``RECIPES``."""
    recipe = RECIPES[format_name]

    def open_file(path: Path, options: ReadOptions) -> Source:
        return open_recipe(path, recipe, options, encoding=None, crs=None)

    return open_file


def open_geoparquet(path: Path, options: ReadOptions) -> Source:
    """Open a GeoParquet file, its geometry WKB or nested lists.

    Raises:
        UnreadableSource: it is damaged, has no geometry column or one in an unknown encoding.
    """
    from importers.vector.geoparquet import describe

    process = ReadingProcess(path, ())
    try:
        described = process.ask({"do": "describe_parquet", "path": str(path)})
        facts = describe(path.name, described)
        request = {"do": "read_parquet", "path": str(path)}
        layer = layer_of(
            path.stem, process, request, facts.crs, facts.column, None, encoding=facts.encoding, left=facts.covering
        )
    except BaseException:
        process.close()
        raise
    layer = replace(layer, claimed=int(described["features"]), geometry_type=facts.geometry_type)
    return Source(path, "GeoParquet", (layer,), close=process.close)


def open_recipe(
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
        layers, notes = [], list(_unread(described["messages"]))
        for facts in described["layers"]:
            if "error" in facts:
                notes.append(say("layer-explain", facts=facts["name"], explain=_explain(facts["error"])))
            elif not options.layer or EVERY_LAYER in options.layer or facts["name"] in options.layer:
                read = request | {"do": "read", "layer": facts["name"], "expected": facts["features"]}
                if recipe.styled and (styled := _with_styles(process, read)):
                    read, facts["geometry_name"] = styled, "_ogr_geometry_"  # OGR SQL's name for one without
                layers.append(_described(process, read, facts, options, crs))
    except UnreadableSource as error:
        process.close()
        raise type(error)(_explain(reason(error))) from None
    if not layers:
        process.close()
        raise _no_layers(shown or path, options, described, notes)
    return Source(path, recipe.format, tuple(layers), notes=tuple(notes), close=process.close)


def _with_styles(process: ReadingProcess, read: Json) -> Json | None:
    """Return the request that reads the styles, too; None where none is a text's."""
    name = '"' + read["layer"].replace("\\", "\\\\").replace('"', '\\"') + '"'
    texts = f"SELECT {STYLE} FROM {name} WHERE {STYLE} LIKE 'LABEL%'"
    try:
        _, batches = process.read(read | {"sql": texts, "rows": 1, "limit": 1, "expected": None})
        found = sum(len(batch) for batch in batches)
    except UnreadableSource:  # which the reading itself will say
        return None
    return read | {"sql": f"SELECT {STYLE}, * FROM {name}"} if found else None


def _unread(messages: Iterable[str]) -> Iterator[str]:
    """Tell of columns that GDAL leaves out because their types are none of the format's."""
    left = dict.fromkeys(found.groups() for message in messages if (found := _IGNORED.search(message)))
    yield from (say("column-unread", title=title, type=kind) for title, kind in left)


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
    claimed = facts["features"] if facts["features"] is not None and facts["features"] >= 0 else None
    layer = layer_of(
        facts["name"], process, request, declared, facts["geometry_name"], facts["fid_column"], tolerance,
        features=claimed,
    )  # fmt: skip
    heights = vertical_name(declared) if declared is not None else None
    kind = facts["geometry_type"] or "None"
    return replace(layer, claimed=claimed, geometry_type=kind, facts=remarks, height_datum=heights)


def read_crs(text: str | None) -> tuple[pyproj.CRS | None, tuple[str, ...]]:
    """Read the CRS a file declares; one that is none (undefined, not of the Earth) is told as a fact instead."""
    if not text:
        return None, ()
    try:
        crs = parse_crs(text)
    except UnknownCrs as error:
        return None, (say("declared-crs-unusable", error=error),)
    placeless = crs.is_engineering or not (crs.is_geographic or crs.is_projected or crs.is_compound or crs.is_bound)
    datum = crs.datum.name if crs.datum is not None else ""
    if (
        placeless
        or datum == MAPINFO_NO_DATUM
        or crs.name.lower().startswith(("undefined", "nonearth", "unknown engineering"))
    ):
        return None, (say("crs-names-no-place", crs=crs.name),)
    return _named(crs), ()


def read_prj(path: Path) -> tuple[pyproj.CRS | None, str | None]:
    """Read a ``.prj`` whatever its text encoding; PROJ keeps what it says, no code is guessed for it."""
    said = path.read_bytes()
    crs, facts = read_crs(said.decode(text_encoding(said).value, "replace").strip("\0 \r\n\t"))
    return crs, facts[0] if facts else None


def _named(crs: pyproj.CRS) -> pyproj.CRS:
    """Give a system without a name (MapInfo's have none) one that says its projection, meridian and datum."""
    if crs.name.lower() not in NAMELESS or crs.is_bound or crs.is_compound:
        return crs
    document = crs.to_json_dict()
    base = crs.geodetic_crs
    datum = base.datum.name if base is not None and base.datum is not None else "?"
    ellipsoid = f", {crs.ellipsoid.name}" if crs.ellipsoid and datum.lower().startswith("unknown") else ""
    meridian = _central_meridian(crs)
    projection = crs.coordinate_operation.method_name if crs.coordinate_operation else "longitude, latitude"
    document["name"] = f"{projection}{meridian} ({datum}{ellipsoid})"
    return pyproj.CRS.from_json_dict(document)


def _central_meridian(crs: pyproj.CRS) -> str:
    operation = crs.coordinate_operation
    values = [p.value for p in operation.params if p.name.startswith("Longitude of")] if operation else []
    return f" {values[0]:g}°" if values else ""


def _explain(message: str) -> str:
    """Put GDAL's terser sentences into words a user can act on."""
    if "'wkt' referenced before assignment" in message:
        return say("crs-unreadable")
    if re.search(r"Geometry type is not supported: (10)?1[567]", message):
        name = message.partition(":")[0]
        return say("surfaces-3d", name=name)
    return message
