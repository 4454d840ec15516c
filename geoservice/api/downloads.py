"""``/collections/{layer}/items?f=gpkg`` and the like: features as a file, the whole layer unless ``limit`` is given."""

import asyncio
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from geoservice.api.item_query import ItemsRequest
from geoservice.database import Database
from geoservice.writers import EXPORT_FORMATS, FILE_FORMATS, write_file
from layers.crs import CRS84, crs_uri
from layers.errors import BadQuery
from layers.output_crs import OutputCrs, offered_crs

WHOLE = 2**62
ENCODINGS = ("UTF-8", "GBK")


async def answer_file(request: Request, asked: ItemsRequest, form: str, headers: dict[str, str]) -> Response:
    """Write the file in a thread, send it, and remove it.

    Raises:
        BadQuery: ``sortby``, ``after`` or ``offset`` is given: a file is the features themselves, in the order of ids.
    """
    given = request.query_params
    for name in ("sortby", "after", "offset"):
        if name in given:
            raise BadQuery(f"{name} belongs to pages; a file holds all features that the conditions select", name)
    encoding = given.get("encoding", ENCODINGS[0])
    if encoding.upper() not in ENCODINGS:
        raise BadQuery(f"encoding is {' or '.join(ENCODINGS)}", "encoding")
    crs = file_crs(request, asked, form)
    query = asked.query if "limit" in given else replace(asked.query, limit=WHOLE)
    folder = Path(tempfile.mkdtemp(prefix="geoservice-download-"))
    try:
        path = await asyncio.to_thread(
            _write, request.app.state.database, replace(asked, query=query, crs=crs), form, folder, encoding.upper()
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        path,
        media_type=FILE_FORMATS[form].media_type,
        filename=f"{asked.layer.name}.{FILE_FORMATS[form].suffix}",
        headers={**headers, "Content-Crs": f"<{crs.uri}>"},
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )


def file_crs(request: Request, asked: ItemsRequest, form: str) -> OutputCrs:
    """Return the CRS of the file: as asked, else the storage CRS; KML is always WGS 84."""
    offered = offered_crs(request.app.state.frame, asked.layer.version.srid)
    if EXPORT_FORMATS[form].degrees_only:
        return offered[CRS84]
    return asked.crs if "crs" in request.query_params else offered[crs_uri(asked.layer.version.srid)]


def _write(database: Database, asked: ItemsRequest, form: str, folder: Path, encoding: str) -> Path:
    with database.engine.connect() as connection:
        return write_file(connection, asked.layer, asked.query, asked.crs, form, folder, encoding)
