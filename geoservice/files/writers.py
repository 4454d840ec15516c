"""Features written as files, in the formats of ``geoservice.files.formats``.

Rows come in batches (`geoservice.files.batches`), so a layer of millions passes through flat memory. Coordinates in
files are east, north, as files have them; only OGC API replies follow the authority's axis order. The same features
make the same bytes, whenever: who reads a file range by range has pieces of several writings.
"""

import json
import shutil
import sqlite3
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection

from geoservice.files.batches import GEOMETRY, batches_of, clipped, schema_of
from geoservice.files.drawing import write_drawing
from geoservice.files.formats import EXPORT_FORMATS, FileFormat
from geoservice.files.gml import cut_features, whole_features, write_gml
from layers.crs.output import OutputCrs
from layers.errors import BadQuery
from layers.feature_text import selected_columns
from layers.features import null_geometry_statement
from layers.layer import Layer
from layers.query import LayerQuery
from layers.sentences import say
from layers.tables import dimension_statement, quote

_SHAPES = {
    name.lower(): name
    for name in (
        *("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
        "GeometryCollection",
    )
}
_NOT_XML = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"  # https://www.w3.org/TR/xml/#charsets, as RE2 writes it


@dataclass(frozen=True)
class FileRequest:
    """Which features of a layer to write, in which form (of ``EXPORT_FORMATS``) and system.

    ``encoding`` is that of a Shapefile's table, ``UTF-8`` or ``GBK``; ``clip`` a polygon in ``crs`` that the geometries
    are cut at; ``schema`` the address that describes the features, where a form names it.
    """

    layer: Layer
    query: LayerQuery
    crs: OutputCrs
    form: str
    encoding: str = "UTF-8"
    clip: BaseGeometry | None = None
    schema: str = ""


def write_file(
    connection: Connection, asked: FileRequest, folder: Path, count: Callable[[int], None] | None = None
) -> Path:
    """Write the features to a file in ``folder`` and return its path.

    ``count`` is told the rows of each batch, and what it raises ends the writing.

    Raises:
        BadQuery: the format cannot hold these features.
    """
    stopped: list[Exception] = []
    columns = selected_columns(asked.layer.version, asked.query)
    with closing(batches_of(connection, asked.layer, asked.query, asked.crs, columns)) as batches:
        watched = _watched(batches, count, stopped)
        cut = watched if asked.clip is None else clipped(watched, asked.clip)
        try:
            return _write(connection, cut, asked, folder, count)
        except Exception as error:
            # Arrow and GDAL wrap what a batch raises: a filter that cannot be read, for one.
            raise stopped[0] if stopped else error from None


def _watched(
    batches: Iterator[pa.RecordBatch], count: Callable[[int], None] | None, stopped: list[Exception]
) -> Iterator[pa.RecordBatch]:
    """Yield the batches, telling the rows of each and keeping what is raised on the way."""
    try:
        for batch in batches:
            if count:
                count(batch.num_rows)
            yield batch
    except Exception as error:
        stopped.append(error)
        raise


def _write(
    connection: Connection, batches: Iterator[pa.RecordBatch], asked: FileRequest, folder: Path,
    count: Callable[[int], None] | None,
) -> Path:  # fmt: skip
    wanted, layer = EXPORT_FORMATS[asked.form], asked.layer
    path = folder / f"{layer.name}.{'shp' if wanted.zipped else wanted.suffix}"
    if wanted.driver is None:
        _write_parquet(path, schema_of(selected_columns(layer.version, asked.query)), batches, asked.crs)
    elif wanted.driver == "DXF":
        write_drawing(path, batches, layer, asked.query, asked.crs)
    elif wanted.driver == "GML":
        if asked.clip is None:
            parts = whole_features(connection, layer, asked.query, asked.crs, count)
        else:
            parts = cut_features(connection, batches, layer, asked.query, asked.crs)
        write_gml(path, parts, layer, asked.schema)
    else:
        _write_by_gdal(connection, batches, asked, path)
    if wanted.driver == "GPKG":
        _date(path, layer.version.published)
    return _zip(path, folder / f"{layer.name}.shp.zip", layer.version.published) if wanted.zipped else path


def _write_by_gdal(connection: Connection, batches: Iterator[pa.RecordBatch], asked: FileRequest, path: Path) -> None:
    import pyogrio  # brings pandas and GeoPandas: 70 MB, for the process that writes a file

    wanted, layer = EXPORT_FORMATS[asked.form], asked.layer
    deep = wanted.one_dimension and _deep(connection, layer, wanted)
    shown = _geometry_schema(schema_of(selected_columns(layer.version, asked.query)), wanted.plain_names)
    batches = map(_holdable, batches) if wanted.xml else batches
    reader = pa.RecordBatchReader.from_batches(shown, _shaped(batches, shown, deep))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a Shapefile's names are cut to ten bytes; the documentation says so
            pyogrio.write_arrow(
                reader, path, layer=layer.name, driver=wanted.driver, geometry_name=GEOMETRY,
                geometry_type=_geometry_type(layer) + (" Z" if deep else ""), crs=f"EPSG:{asked.crs.srid}",
                encoding=asked.encoding if wanted.zipped else None, **_options(connection, layer, wanted),
            )  # fmt: skip
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        raise BadQuery(say("form-cannot-hold", form=asked.form, why=error), "f") from error


def _deep(connection: Connection, layer: Layer, wanted: FileFormat) -> bool:
    """Say whether every position gets a height: where all have one; in FlatGeobuf, which can say none, if some do."""
    asked = dimension_statement(quote(layer.version.table or ""))
    dimension = connection.exec_driver_sql(asked.text, asked.params).scalar_one()
    return dimension == 3 or (dimension == 0 and wanted.driver == "FlatGeobuf")


def _options(connection: Connection, layer: Layer, wanted: FileFormat) -> dict[str, str]:
    """Return the driver's options; a FlatGeobuf with its index takes no feature without geometry."""
    options = dict(wanted.options)
    if wanted.zipped:
        options["DBF_DATE_LAST_UPDATE"] = layer.version.published.astimezone(UTC).date().isoformat()
    if wanted.driver == "FlatGeobuf":
        statement = null_geometry_statement(layer.version)
        if connection.exec_driver_sql(statement.text).scalar_one():
            options["SPATIAL_INDEX"] = "NO"
    return options


def _geometry_schema(schema: pa.Schema, plain_names: bool) -> pa.Schema:
    """Return the schema with its last field marked as WKB, and names that XML can hold where nobody escapes them."""
    last = pa.field(GEOMETRY, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})
    fields = list(schema)[:-1]
    if plain_names:
        fields = [field.with_name(escape(field.name, {'"': "&quot;"})) for field in fields]
    return pa.schema([*fields, last])


def _shaped(batches: Iterator[pa.RecordBatch], schema: pa.Schema, deep: bool) -> Iterator[pa.RecordBatch]:
    """Mark the last column as WKB; ``deep``: a geometry without heights is given ones that are no numbers."""
    for batch in batches:
        columns = batch.columns
        if deep:
            shapes = shapely.from_wkb(columns[-1].to_numpy(zero_copy_only=False))
            heights = shapely.get_coordinates(shapes, include_z=True)
            deepened = shapely.set_coordinates(shapely.force_3d(shapes), heights)
            columns[-1] = pa.array(shapely.to_wkb(deepened), pa.binary())
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _holdable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch with a space for each character that XML 1.0 cannot hold: a vertical tab of a spreadsheet."""
    columns = [
        pc.replace_substring_regex(column, _NOT_XML, " ") if pa.types.is_string(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _geometry_type(layer: Layer) -> str:
    kind = (layer.version.facts.geometry_type or "").lower().removesuffix("z").strip()
    return _SHAPES.get(kind, "Unknown")


def _write_parquet(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch], crs: OutputCrs) -> None:
    """Write GeoParquet 1.1: WKB geometry, its CRS as PROJJSON."""
    name = schema.names[-1]
    described = {"encoding": "WKB", "geometry_types": [], "crs": crs.crs.to_json_dict()}
    about = {"version": "1.1.0", "primary_column": name, "columns": {name: described}}
    with pq.ParquetWriter(path, schema.with_metadata({"geo": json.dumps(about)}), compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)


def _date(path: Path, moment: datetime) -> None:
    """Say in a GeoPackage when its features were published, not when it was written."""
    with closing(sqlite3.connect(path)) as database, database:
        said = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        database.execute("UPDATE gpkg_contents SET last_change = ?", (said,))


def _zip(path: Path, archive: Path, moment: datetime) -> Path:
    """Put a Shapefile's parts into one archive."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for part in sorted(path.parent.glob(f"{path.stem}.*")):
            if part != archive:
                named = zipfile.ZipInfo(part.name, moment.astimezone(UTC).timetuple()[:6])
                named.compress_type, named.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                with part.open("rb") as read, target.open(named, "w", force_zip64=True) as written:
                    shutil.copyfileobj(read, written)
    return archive
