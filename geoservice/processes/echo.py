"""The echo process: it gives back what it is given, so that a client or a test suite can try its calls."""

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from geoservice.analysis.asking import Asking
from geoservice.processes.inputs import GeoJson
from geoservice.processes.process import GEOJSON, Inputs, Output, Process
from layers.errors import BadQuery
from layers.sentences import say


class EchoInputs(Inputs):
    """One value of each plain kind, at least one of which must be given; a pause lets a client see a job under way."""

    text: str | None = Field(None, max_length=10_000, title="text", description="a text")
    number: float | None = Field(None, title="number", description="a number")
    flag: bool | None = Field(None, title="flag", description="true or false")
    numbers: list[float] | None = Field(None, max_length=1000, title="numbers", description="several numbers")
    geometry: GeoJson | None = Field(None, title="geometry", description="a GeoJSON geometry")
    pause: int = Field(0, ge=0, le=10, title="pause", description="seconds to wait before the answer")


async def _echo(asking: Asking, given: EchoInputs) -> Mapping[str, Any]:
    found = {name: value for name, value in given.model_dump(exclude={"pause"}).items() if value is not None}
    if not found:
        raise BadQuery(say("inputs-none"), "inputs")
    await asyncio.sleep(given.pause)
    return found


ECHO = Process(
    "echo", {"zh": "回声", "en": "Echo"},
    {"zh": "原样返回输入，供客户端测试调用。", "en": "Gives back what it is given, for trying a client."},
    EchoInputs,
    {
        "text": Output({"zh": "文本", "en": "the text"}, {"type": "string"}, "text/plain"),
        "number": Output({"zh": "数值", "en": "the number"}, {"type": "number"}, "text/plain"),
        "flag": Output({"zh": "真假", "en": "the flag"}, {"type": "boolean"}, "text/plain"),
        "numbers": Output({"zh": "数列", "en": "the numbers"}, {"type": "array", "items": {"type": "number"}}),
        "geometry": Output({"zh": "几何", "en": "the geometry"},
                           {"type": "object", "format": "geojson-geometry"}, GEOJSON),
    },
    _echo,
)  # fmt: skip
