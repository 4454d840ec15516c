"""A whole layer as a file, made by a worker: for what takes longer than a client waits.

The request is kept as it was asked (the query of ``/items``) and read again by the worker. Files lie below
``exports/<job>/`` in the storage, which all processes share; each lives for some hours, all together stay below a
bound: the oldest go first, and one that would not fit stops.
"""

import shutil
import time
import uuid
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from geoservice.api.downloads import ENCODINGS, WHOLE, file_crs
from geoservice.api.item_query import read_items_request
from geoservice.service import Service
from geoservice.writers import EXPORT_FORMATS, write_file
from importers.batch import Progress
from layers.catalogue import find_layer
from layers.errors import BadQuery, StorageError
from layers.features import count_statement
from layers.layer import Layer
from layers.tables import run
from layers.views import ALL

FOLDER = "exports"


@dataclass(frozen=True)
class ExportRequest:
    """What is exported: a layer's version, the parameters of ``/items``, the form, the encoding of a Shapefile."""

    name: str
    version: int
    form: str
    parameters: dict[str, str]
    view: str

    def to_json(self) -> dict[str, Any]:
        """Return the request as plain JSON, for a job's row."""
        return {
            "name": self.name, "version": self.version, "form": self.form, "parameters": self.parameters,
            "view": self.view,
        }  # fmt: skip

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "ExportRequest":
        """Read what ``to_json`` wrote."""
        return cls(**document)


def check_export(request: Request, layer: Layer, form: str) -> None:
    """Refuse at once what a worker would refuse later.

    Raises:
        BadQuery: a parameter is unknown, wrong, or belongs to pages.
    """
    for name in ("sortby", "after", "offset"):
        if name in request.query_params:
            raise BadQuery(f"{name} belongs to pages; a file holds all features that the conditions select", name)
    if form not in EXPORT_FORMATS:
        raise BadQuery(f"f={form[:40]!r} is no file; choose {', '.join(EXPORT_FORMATS)}", "f")
    if request.query_params.get("encoding", ENCODINGS[0]).upper() not in ENCODINGS:
        raise BadQuery(f"encoding is {' or '.join(ENCODINGS)}", "encoding")
    count_statement(layer, read_items_request(request, layer).query, 1)  # compiles the filter


def run_export(service: Service, wanted: ExportRequest, job_id: uuid.UUID, progress: Progress) -> dict[str, Any]:
    """Write the file and return where it is, how large, and until when it stays.

    Raises:
        StorageError: it would not fit.
        Whatever ``progress`` raises.
    """
    settings, root = service.settings, service.storage.path(FOLDER)
    clean_exports(root, settings.export_hours, settings.export_mb)
    folder = root / str(job_id)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        path, count = _write(service, wanted, folder, progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    size, until = path.stat().st_size, time.time() + settings.export_hours * 3600
    return {"file": path.name, "bytes": size, "features": count, "until": int(until), "layer": wanted.name}


def _write(service: Service, wanted: ExportRequest, folder: Path, progress: Progress) -> tuple[Path, int]:
    request = _request_of(service, wanted)
    with service.database.engine.connect() as connection, service.database.session() as session:
        layer = find_layer(session, wanted.name, ALL, wanted.version)
        asked = read_items_request(request, layer)
        query = asked.query if "limit" in wanted.parameters else replace(asked.query, limit=WHOLE)
        total = layer.version.feature_count
        if query.selects or total is None:
            progress(0, None, "counting")
            total = run(session, count_statement(layer, query, WHOLE - 2))[0][0]
        written, most = 0, service.settings.export_mb * 2**20

        def count(rows: int) -> None:
            nonlocal written
            written += rows
            if size_of(folder) > most:
                raise StorageError(f"the file grows beyond {service.settings.export_mb} MB (GEOSERVICE_EXPORT_MB)")
            progress(written, total, f"{written} of {total} features")

        encoding = wanted.parameters.get("encoding", ENCODINGS[0]).upper()
        crs = file_crs(request, replace(asked, query=query), wanted.form)
        path = write_file(connection, layer, query, crs, wanted.form, folder, encoding, count=count)
    for part in folder.iterdir():  # the parts that an archive was made of
        if part != path:
            part.unlink()
    return path, written


def _request_of(service: Service, wanted: ExportRequest) -> Request:
    """Return the request as it was asked, for what reads its parameters."""
    state = SimpleNamespace(frame=service.frame, settings=service.settings)
    query = urlencode(wanted.parameters).encode()
    return Request({"type": "http", "query_string": query, "headers": [], "app": SimpleNamespace(state=state)})


def clean_exports(root: Path, hours: float, most_mb: int) -> None:
    """Remove files that are too old, then the oldest until half of the room is free."""
    if not root.is_dir():
        return
    folders = sorted((folder for folder in root.iterdir() if folder.is_dir()), key=lambda f: f.stat().st_mtime)
    room = most_mb * 2**20 / 2
    sizes = {folder: size_of(folder) for folder in folders}
    for folder in folders:
        if time.time() - folder.stat().st_mtime > hours * 3600 or sum(sizes.values()) > room:
            shutil.rmtree(folder, ignore_errors=True)
            del sizes[folder]


def size_of(folder: Path) -> int:
    """Return the bytes of the files in a folder."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
