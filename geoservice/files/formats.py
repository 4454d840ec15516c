"""The formats that features are written in as files, by the value of ``f`` that asks for them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class FileFormat:
    """One format: the ``f`` value's suffix and media type, its GDAL driver (None: GeoParquet), its options.

    ``one_dimension``: all positions have heights, or none has. ``xml``: texts lose what XML cannot hold;
    ``plain_names``: GDAL writes the columns' names into it as they are, a `&` as well.
    """

    suffix: str
    media_type: str
    driver: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    degrees_only: bool = False
    zipped: bool = False
    one_dimension: bool = False
    xml: bool = False
    plain_names: bool = False
    also: tuple[str, ...] = ()
    """Further names of the media type, that clients ask for it by."""


FILE_FORMATS: Final[dict[str, FileFormat]] = {
    "csv": FileFormat("csv", "text/csv", "CSV", (("GEOMETRY", "AS_WKT"), ("WRITE_BOM", "YES"))),
    "fgb": FileFormat(
        "fgb", "application/vnd.flatgeobuf", "FlatGeobuf", one_dimension=True, also=("application/flatgeobuf",)
    ),
    "gpkg": FileFormat("gpkg", "application/geopackage+sqlite3", "GPKG"),
    "parquet": FileFormat(
        "parquet", "application/vnd.apache.parquet", also=("application/x-parquet", "application/parquet")
    ),
    "shp": FileFormat(
        *("shp.zip", "application/x-shapefile", "ESRI Shapefile"),
        zipped=True,
        one_dimension=True,
        also=("application/zip",),
    ),
    "kml": FileFormat(
        "kml", "application/vnd.google-earth.kml+xml", "KML", degrees_only=True, xml=True, plain_names=True
    ),
    "gml": FileFormat("gml", "application/gml+xml", "GML"),
    "dxf": FileFormat("dxf", "image/vnd.dxf", "DXF", also=("application/dxf", "image/x-dxf")),
}


EXPORT_FORMATS = FILE_FORMATS | {
    "geojson": FileFormat("geojson", "application/geo+json", "GeoJSON", (("RFC7946", "YES"),), degrees_only=True)
}
"""A whole layer as GeoJSON is a file too; as a page it is what ``/items`` answers itself."""
