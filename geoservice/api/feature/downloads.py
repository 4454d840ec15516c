"""``/collections/{layer}/items?f=gpkg`` and the like: features as a file, the whole layer unless ``limit`` is given."""

import asyncio
from dataclasses import replace
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from geoservice.api.links import Links
from geoservice.api.ranged import made_file
from geoservice.database import Database
from geoservice.files.formats import FILE_FORMATS
from geoservice.files.gml import schema_address
from geoservice.files.request import file_request
from geoservice.files.writers import FileRequest, write_file
from geoservice.item_query import ItemsRequest
from layers.workplace import make_workplace, remove_workplace


async def answer_file(request: Request, asked: ItemsRequest, form: str, headers: dict[str, str]) -> Response:
    """Answer what the parameters of ``/items`` ask for as a file.

    Raises:
        BadQuery: ``sortby``, ``after`` or ``offset`` is given: a file is the features themselves, in the order of ids.
    """
    wanted = file_request(request.query_params, request.app.state.frame, asked, form)
    wanted = replace(wanted, schema=schema_address(f"{Links.of(request).base}/wfs", [asked.layer]))
    return await send_file(request, wanted, headers)


async def send_file(request: Request, wanted: FileRequest, headers: dict[str, str]) -> Response:
    """Write a file in a thread, send it, and remove it."""
    folder = make_workplace("download")
    try:
        path = await asyncio.to_thread(_write, request.app.state.database, wanted, folder)
    except BaseException:
        remove_workplace(folder)
        raise
    form = FILE_FORMATS[wanted.form]
    headers = {**headers, "Content-Crs": f"<{wanted.crs.uri}>"}
    return made_file(request, path, folder, form.media_type, f"{wanted.layer.name}.{form.suffix}", headers)


def _write(database: Database, wanted: FileRequest, folder: Path) -> Path:
    with database.engine.connect() as connection:
        return write_file(connection, wanted, folder)
