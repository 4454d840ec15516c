"""A layer's part in one map sheet as a file: features clipped to the sheet's exact edges, or its pixels."""

from pathlib import Path

from geoservice.database import Database
from geoservice.files.formats import FILE_FORMATS
from geoservice.files.request import WHOLE
from geoservice.files.writers import FileRequest, write_file
from layers.crs.names import crs_uri, parse_crs
from layers.crs.output import offered_crs
from layers.errors import BadQuery
from layers.frame import Bounds, Frame
from layers.layer import Layer
from layers.query import LayerQuery
from layers.sentences import say
from layers.sheet.names import AnySheet, sheet_area
from layers.sheet.national import Sheet
from layers.storage import Storage


def sheet_formats(layer: Layer) -> tuple[str, ...]:
    """Return the formats a layer's sheets come in, the usual one first."""
    if layer.kind != "vector":
        return ("tif",)
    return ("gpkg", *(name for name in FILE_FORMATS if name != "gpkg"))


def write_sheet(
    database: Database, storage: Storage, frame: Frame, layer: Layer, sheet: AnySheet, folder: Path, form: str = ""
) -> Path | None:
    """Write ``<sheet code>_<layer>.<suffix>`` into ``folder``; None when the layer has nothing in the sheet.

    Features are in the storage CRS, cut at the sheet's edges. Pixels are in the storage CRS for a national sheet, in
    the sheet's own for a square one, so that the file's edges are the sheet's.

    Raises:
        BadQuery: the layer does not come in this format.
        NoDatumOperation: the sheet's CRS cannot be reached.
    """
    form = form or sheet_formats(layer)[0]
    if form not in sheet_formats(layer):
        raise BadQuery(say("sheet-form", layer=layer.name, offered=", ".join(sheet_formats(layer)), given=form), "f")
    area = sheet_area(sheet, frame.storage_srid)
    extent = layer.version.extent
    if extent is None or not extent.intersects(Bounds(*area.bounds)):
        return None
    stem = f"{sheet.code}_{layer.name}"
    if layer.kind != "vector":
        from tiles.raster.export import write_box

        crs = parse_crs(frame.storage_srid if isinstance(sheet, Sheet) else sheet.srid)
        path = folder / f"{stem}.tif"
        if write_box(layer, storage, sheet.bounds, crs, path):
            return path
        path.unlink()
        return None
    crs_out = offered_crs(frame, layer.version.srid)[crs_uri(layer.version.srid)]
    with database.engine.connect() as connection:
        query = LayerQuery(limit=WHOLE, box=(area,), may_lack_geometry=False)
        made = write_file(connection, FileRequest(layer, query, crs_out, form, clip=area), folder)
    return made.rename(folder / f"{stem}{made.name.removeprefix(layer.name)}")
