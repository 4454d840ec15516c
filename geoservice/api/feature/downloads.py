"""``/collections/{layer}/items?f=gpkg`` and the like: features as a file, the whole layer unless ``limit`` is given."""

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from geoservice.api.ranged import made_file
from geoservice.database import Database
from geoservice.files.formats import FILE_FORMATS
from geoservice.files.request import file_request
from geoservice.files.writers import FileRequest, write_file
from geoservice.item_query import ItemsRequest
from layers.workplace import make_workplace, remove_workplace


async def answer_file(request: Request, asked: ItemsRequest, form: str, headers: dict[str, str]) -> Response:
    """Write the file in a thread, send it, and remove it.

    Raises:
        BadQuery: ``sortby``, ``after`` or ``offset`` is given: a file is the features themselves, in the order of ids.
    """
    wanted = file_request(request.query_params, request.app.state.frame, asked, form)
    folder = make_workplace("download")
    try:
        path = await asyncio.to_thread(_write, request.app.state.database, wanted, folder)
    except BaseException:
        remove_workplace(folder)
        raise
    name = f"{asked.layer.name}.{FILE_FORMATS[form].suffix}"
    headers = {**headers, "Content-Crs": f"<{wanted.crs.uri}>"}
    return made_file(request, path, folder, FILE_FORMATS[form].media_type, name, headers)


def _write(database: Database, wanted: FileRequest, folder: Path) -> Path:
    with database.engine.connect() as connection:
        return write_file(connection, wanted, folder)
