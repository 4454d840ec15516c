"""``/collections/{layer}/items?f=gpkg`` and the like: features as a file, the whole layer unless ``limit`` is given."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from geoservice.database import Database
from geoservice.file_request import FileRequest, file_request
from geoservice.item_query import ItemsRequest
from geoservice.writers import FILE_FORMATS, write_file


async def answer_file(request: Request, asked: ItemsRequest, form: str, headers: dict[str, str]) -> Response:
    """Write the file in a thread, send it, and remove it.

    Raises:
        BadQuery: ``sortby``, ``after`` or ``offset`` is given: a file is the features themselves, in the order of ids.
    """
    wanted = file_request(request.query_params, request.app.state.frame, asked, form)
    folder = Path(tempfile.mkdtemp(prefix="geoservice-download-"))
    try:
        path = await asyncio.to_thread(_write, request.app.state.database, wanted, folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return FileResponse(
        path,
        media_type=FILE_FORMATS[form].media_type,
        filename=f"{asked.layer.name}.{FILE_FORMATS[form].suffix}",
        headers={**headers, "Content-Crs": f"<{wanted.crs.uri}>"},
        background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
    )


def _write(database: Database, wanted: FileRequest, folder: Path) -> Path:
    with database.engine.connect() as connection:
        return write_file(connection, wanted.layer, wanted.query, wanted.crs, wanted.form, folder, wanted.encoding)
