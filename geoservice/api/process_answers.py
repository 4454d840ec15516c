"""What a process found, as an answer: the standard's results document, a raw value, or several as parts."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from geoservice.api.links import JSON
from geoservice.processes.offered import PROCESSES
from geoservice.processes.process import Output


def answer_of(request: Request, process_id: str, outputs: Mapping[str, Any], raw: bool) -> Response:
    """Return outputs as the standard's document, or raw: one as it is, several as a multipart message.

    A plain value is JSON to a client that accepts nothing else.
    """
    process = PROCESSES[process_id]
    if not raw:
        document = {name: _qualified(value, process.outputs[name]) for name, value in outputs.items()}
        return Response(orjson.dumps(document), 200, {"Cache-Control": "no-store"}, JSON)
    if len(outputs) == 1:
        [(name, value)] = outputs.items()
        output = process.outputs[name]
        body, media_type = _written(value, output if _takes_text(request) else replace(output, media_type=JSON))
        return Response(body, 200, {"Cache-Control": "no-store"}, media_type)
    boundary = uuid.uuid4().hex
    parts = []
    for name, value in outputs.items():
        body, media_type = _written(value, process.outputs[name])
        head = f"--{boundary}\r\nContent-Type: {media_type}\r\nContent-ID: <{name}>\r\n"
        parts.append(f'{head}Content-Disposition: attachment; name="{name}"\r\n\r\n'.encode() + body + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return Response(b"".join(parts), 200, {"Cache-Control": "no-store"}, f"multipart/related; boundary={boundary}")


def _takes_text(request: Request) -> bool:
    accept = request.headers.get("accept", "*/*")
    return JSON not in accept or "text/" in accept or "*/*" in accept


def _written(value: Any, output: Output) -> tuple[bytes, str]:
    if output.media_type == "text/plain":
        return (value if isinstance(value, str) else orjson.dumps(value).decode()).encode(), "text/plain"
    return orjson.dumps(value), output.media_type


def _qualified(value: Any, output: Output) -> Any:
    """Return a value as a results document holds it: an object stands inside one that tells its media type."""
    return {"value": value, "mediaType": output.media_type} if isinstance(value, Mapping) else value
