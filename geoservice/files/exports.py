"""A whole layer as a file, made by a worker: for what takes longer than a client waits.

The request is kept as it was asked (the query of ``/items``) and read again by the worker. Files lie below
``exports/<job>/`` in the storage, folder or bucket, which all processes share; each lives for some hours, all together
stay below a bound: the oldest go first, and one that would not fit stops.
"""

import shutil
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geoservice.files.gml import schema_address
from geoservice.files.request import WHOLE, file_request
from geoservice.files.writers import FileRequest, write_file
from geoservice.item_query import read_items_request
from geoservice.service import Service
from importers.batch import Progress
from layers.catalogue import find_layer
from layers.errors import StorageError
from layers.features import count_statement
from layers.frame import Frame
from layers.layer import Layer
from layers.sentences import say
from layers.storage import Kept, Storage
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


def read_export(given: Mapping[str, str], frame: Frame, layer: Layer, form: str) -> FileRequest:
    """Read the parameters, so that what a worker would refuse later is refused at once.

    Raises:
        BadQuery: one is unknown, wrong, or belongs to pages.
    """
    asked = file_request(given, frame, read_items_request(given, frame, layer), form)
    count_statement(layer, asked.query, 1)  # compiles the filter
    return asked


def run_export(service: Service, wanted: ExportRequest, job_id: uuid.UUID, progress: Progress) -> dict[str, Any]:
    """Write the file and return where it is, how large, and until when it stays.

    Raises:
        StorageError: it would not fit.
        Whatever ``progress`` raises.
    """
    settings, key = service.settings, f"{FOLDER}/{job_id}"
    clean_exports(service.storage, settings.export_hours, settings.export_mb)
    folder = service.storage.path(key)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        path, count = _write(service, wanted, folder, progress)
        service.storage.share(key)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    size, until = path.stat().st_size, time.time() + settings.export_hours * 3600
    return {"file": path.name, "bytes": size, "features": count, "until": int(until), "layer": wanted.name}


def _write(service: Service, wanted: ExportRequest, folder: Path, progress: Progress) -> tuple[Path, int]:
    with service.database.engine.connect() as connection, service.database.session() as session:
        layer = find_layer(session, wanted.name, ALL, wanted.version)
        asked = read_export(wanted.parameters, service.frame, layer, wanted.form)
        query, public = asked.query, service.settings.public_url
        if public:  # else nobody knows here by what address the service is reached
            asked = replace(asked, schema=schema_address(f"{str(public).rstrip('/')}/wfs", [layer]))
        total = layer.version.feature_count
        if query.selects or total is None:
            progress(0, None, "counting")
            total = run(session, count_statement(layer, query, WHOLE - 2))[0][0]
        written, most = 0, service.settings.export_mb * 2**20

        def count(rows: int) -> None:
            nonlocal written
            written += rows
            if size_of(folder) > most:
                raise StorageError(say("export-large", most=service.settings.export_mb))
            progress(written, total, f"{written} of {total} features")

        path = write_file(connection, asked, folder, count)
    for part in folder.iterdir():  # the parts that an archive was made of
        if part != path:
            part.unlink()
    return path, written


def clean_exports(storage: Storage, hours: float, most_mb: int) -> None:
    """Remove exports that are too old, then the oldest until half of the room is free."""
    exports: dict[str, list[Kept]] = {}
    for kept in storage.below(FOLDER):
        exports.setdefault("/".join(kept.key.split("/")[:2]), []).append(kept)
    written = {key: max(kept.written for kept in files) for key, files in exports.items()}
    sizes = {key: sum(kept.size for kept in files) for key, files in exports.items()}
    room = most_mb * 2**20 / 2
    for key in sorted(exports, key=written.__getitem__):
        if time.time() - written[key] > hours * 3600 or sum(sizes.values()) > room:
            storage.remove(key)
            sizes.pop(key)


def find_export(storage: Storage, job_id: uuid.UUID, name: str, hours: float) -> Path | None:
    """Return an export's file on this machine, fetched from a bucket if need be; None when there is none any more."""
    key = f"{FOLDER}/{job_id}/{name}"
    kept = next((kept for kept in storage.below(f"{FOLDER}/{job_id}") if kept.key == key), None)
    if kept is None or time.time() - kept.written > hours * 3600:
        return None
    return storage.local(key)


def size_of(folder: Path) -> int:
    """Return the bytes of the files in a folder."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
