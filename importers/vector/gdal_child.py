"""The program of the reading process: opens one vector file with GDAL or Arrow and hands its features over as Arrow.

It runs apart from the service because a damaged file can make GDAL crash, hang or eat memory. Only the drivers named in
the first request are left registered, so no file can talk GDAL into a driver that follows links or opens connections.
Requests come as JSON lines on standard input; each is answered by a JSON line, for ``read`` followed by an Arrow stream
and a closing JSON line. It imports nothing of the project.
"""

import ctypes
import json
import os
import resource
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

for _name in ("geopandas", "pandas", "shapely"):  # pyogrio would import them for nothing: half a second
    sys.modules[_name] = None  # type: ignore[assignment]

GDAL_OPTIONS = {
    "OGR_ARROW_MEM_LIMIT": str(200_000_000),  # bytes in one batch
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "GDAL_HTTP_TIMEOUT": "1",
}

CE_FAILURE = 3
FEW_ROWS = 100
"""Features of a batch, fewer of which come where each is heavy: then no thread of GDAL's reads further ones ahead."""

Json = dict[str, Any]
Answer = Callable[[Json], None]


def main() -> None:
    """Serve requests until standard input ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the answers
    with suppress(ImportError):  # told when the first request is answered
        import pyarrow  # noqa: F401
        import pyogrio.raw  # noqa: F401  (while whoever asks gets ready, too)
    with tempfile.TemporaryFile() as complaints:
        os.dup2(complaints.fileno(), 2)
        os.dup2(complaints.fileno(), 1)
        for line in sys.stdin:
            _serve(json.loads(line), out, complaints)


def _serve(request: Json, out: BinaryIO, complaints: Any) -> None:
    def answer(body: Json) -> None:
        messages = [str(w.message) for w in caught] + _drain(complaints)
        out.write(json.dumps(body | {"messages": messages[:50]}, default=str).encode() + b"\n")
        out.flush()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            TASKS[request["do"]](request, out, answer)
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})


def _drain(complaints: Any) -> list[str]:
    """Return what GDAL wrote to standard error since the last call."""
    complaints.seek(0)
    written = complaints.read().decode("utf-8", "replace")
    complaints.seek(0)
    complaints.truncate()
    return [line for line in written.splitlines() if line.strip()]


def _start(request: Json, out: BinaryIO, answer: Answer) -> None:
    """Set the limits and leave only the wanted drivers registered."""
    resource.setrlimit(resource.RLIMIT_DATA, (request["memory"], request["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pyogrio
    from pyogrio import _ogr, core, raw

    core.get_vsi_path_or_buffer = raw.get_vsi_path_or_buffer = str  # which parts paths at ; and ! as if they were URLs
    wanted = set(request["drivers"])
    others = [name for name in pyogrio.list_drivers() if name not in wanted]
    pyogrio.set_gdal_config_options(GDAL_OPTIONS | request.get("config", {}) | {"OGR_SKIP": ",".join(others)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # raster drivers that are not there to be skipped
        _ogr._register_drivers()
    left = set(pyogrio.list_drivers())
    if not left <= wanted:
        raise RuntimeError(f"drivers {sorted(left - wanted)} could not be switched off")
    answer({"drivers": sorted(left)})


def _layers(request: Json, out: BinaryIO, answer: Answer) -> None:
    """Describe every layer; a layer that cannot be described says why."""
    import pyogrio

    described = []
    for name, geometry_type in pyogrio.list_layers(request["path"]):
        try:
            info = pyogrio.read_info(
                request["path"], layer=name, encoding=request.get("encoding"), **request.get("options", {})
            )
        except Exception as error:
            described.append({"name": name, "geometry_type": geometry_type, "error": str(error)})
            continue
        kept = ("crs", "encoding", "features", "geometry_type", "geometry_name", "fid_column", "driver")
        described.append({"name": name} | {key: info[key] for key in kept} | {"fields": list(info["fields"])})
    answer({"layers": described})


def _read(request: Json, out: BinaryIO, answer: Answer) -> None:
    from pyogrio import set_gdal_config_options
    from pyogrio.raw import open_arrow

    set_gdal_config_options({"OGR_GPKG_NUM_THREADS": 1 if request["rows"] < FEW_ROWS else None})
    with open_arrow(
        request["path"],
        **({"sql": request["sql"], "sql_dialect": "OGRSQL"} if "sql" in request else {"layer": request["layer"]}),
        encoding=request.get("encoding"),
        return_fids=True,
        batch_size=request["rows"],
        use_pyarrow=True,
        datetime_as_string=True,  # which keeps the zone of each
        **request.get("options", {}),
    ) as (meta, reader):
        answer({key: meta[key] for key in ("encoding", "geometry_name", "fid_column", "geometry_type")})
        with _overheard():
            _stream(reader.schema, reader, out, answer, request.get("limit"))


def _library(maps: Iterable[bytes]) -> str | None:
    """Return where GDAL's library lies, by what is mapped here; a path, the sixth field, may hold spaces."""
    return next((os.fsdecode(line.rstrip().split(maxsplit=5)[5]) for line in maps if b"libgdal" in line), None)


@contextmanager
def _overheard() -> Iterator[None]:
    """Write GDAL's failures to standard error: pyogrio lets those that happen inside a stream fall silent."""
    with open("/proc/self/maps", "rb") as maps:
        library = _library(maps)
    if library is None:
        yield
        return
    gdal = ctypes.CDLL(library)

    def tell(kind: int, number: int, message: bytes) -> None:
        if kind >= CE_FAILURE:
            os.write(2, f"ERROR {number}: {message.decode('utf-8', 'replace')}\n".encode())

    handler = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_int, ctypes.c_char_p)(tell)
    gdal.CPLPushErrorHandler(handler)
    try:
        yield
    finally:
        gdal.CPLPopErrorHandler()


def _read_parquet(request: Json, out: BinaryIO, answer: Answer) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetFile(request["path"]) as file:
        answer({})
        _stream(file.schema_arrow, file.iter_batches(request["rows"]), out, answer, request.get("limit"))


def _describe_parquet(request: Json, out: BinaryIO, answer: Answer) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetFile(request["path"]) as file:
        metadata = file.schema_arrow.metadata or {}
        geo = metadata.get(b"geo", b"").decode("utf-8", "replace") or _native_geometry(file.schema, metadata)
        answer({"geo": geo, "features": file.metadata.num_rows, "titles": file.schema_arrow.names})


def _native_geometry(schema: Any, metadata: dict[bytes, bytes]) -> str:
    """Return, as GeoParquet's metadata, what columns of Parquet's own types of geometry say; nothing without one.

    Their system is longitude and latitude unless they name one (Parquet's LogicalTypes.md, GEOMETRY).
    """
    columns: dict[str, Json] = {}
    for number in range(len(schema.names)):
        column = schema.column(number)
        facts = json.loads(column.logical_type.to_json())
        if facts.get("Type") in ("Geometry", "Geography") and column.path == column.name:
            columns[column.name] = {"encoding": "WKB"}
            if crs := facts.get("crs"):
                kind, _, named = crs.partition(":")
                told = metadata.get(named.encode(), b"").decode("utf-8", "replace") if kind == "projjson" else crs
                columns[column.name]["crs"] = f"EPSG:{named}" if kind == "srid" else told
    return json.dumps({"primary_column": next(iter(columns)), "columns": columns}) if columns else ""


def _stream(schema: Any, source: Any, out: BinaryIO, answer: Answer, limit: int | None = None) -> None:
    """Write an Arrow stream, always a complete one, then the closing line; a ``limit`` of 0 tells the schema."""
    import pyarrow as pa

    batches, failure, written = iter(source), None, 0
    with pa.ipc.new_stream(out, schema) as writer:
        try:
            while limit is None or written < limit:
                batch = next(batches, None)
                if batch is None:
                    break
                writer.write_batch(batch)
                written += batch.num_rows
                del batch  # before the next is read
        except (OSError, pa.ArrowException, RuntimeError, MemoryError) as error:
            failure = f"{type(error).__name__}: {error}"
    answer({"error": failure} if failure else {"rows": written})


TASKS = {
    "start": _start,
    "layers": _layers,
    "read": _read,
    "describe_parquet": _describe_parquet,
    "read_parquet": _read_parquet,
}

if __name__ == "__main__":
    main()
