"""What a request may say about how a raster is drawn, read once into a frozen value.

``RenderOptions.parse`` takes the query as text and refuses what it does not know, naming the parameter; what depends on
the layer (how many bands it has, which renderings its kind offers) is checked where it is drawn, by the same error.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal, get_args

from layers.sentences import say
from tiles.errors import BadRendering
from tiles.raster.encode import Format
from tiles.raster.expressions import Expression, parse_expression
from tiles.raster.warp import Resampling

Order = Literal["layer", "newest", "oldest", "finest"]
Span = tuple[date | None, date | None]
Range = tuple[float, float]

FORMATS: tuple[str, ...] = get_args(Format)
ORDERS: tuple[str, ...] = get_args(Order)
RESAMPLINGS: tuple[str, ...] = ("nearest", "bilinear", "cubic")


@dataclass(frozen=True)
class RenderOptions:
    """How to draw. Every field has the request parameter's name; the defaults draw the layer as its import decided.

    ``azimuth``, ``altitude`` are degrees, ``exaggeration`` a factor, ``range`` metres of height, ``stretch`` ranges of
    values per band, ``bands`` count from 1, ``datetime`` are the spans of capture dates to draw, any of them (both ends
    included, None open); all when there is none.
    """

    format: Format = "auto"
    rendering: str | None = None
    bands: tuple[int, ...] | None = None
    expression: Expression | None = None
    colormap: str | None = None
    stretch: tuple[Range, ...] | None = None
    resampling: Resampling | None = None
    order: Order = "layer"
    datetime: tuple[Span, ...] = ()
    azimuth: float = 315.0
    altitude: float = 45.0
    exaggeration: float = 1.0
    range: Range | None = None

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "RenderOptions":
        """Read request parameters. Raises BadRendering naming the first that is unknown or wrong."""
        values: dict[str, Any] = {}
        for name, text in query.items():
            reader = READERS.get(name)
            if reader is None:
                raise BadRendering(name, say("rendering-parameter", offered=", ".join(READERS)))
            values[name] = reader(name, text.strip())
        options = cls(**values)
        if options.expression is not None and options.bands is not None:
            raise BadRendering("expression", say("bands-or-expression"))
        return options

    @property
    def plain(self) -> bool:
        """Whether the pixels are the layer's own, whatever the format."""
        return self == RenderOptions(self.format, self.rendering, resampling=self.resampling)

    @property
    def key(self) -> str:
        """The options as a short text for cache keys: what differs from the defaults, in a fixed order."""
        said = ((field.name, getattr(self, field.name), field.default) for field in fields(self))
        return "&".join(f"{name}={_text(value)}" for name, value, default in said if value != default)


def _text(value: Any) -> str:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, tuple):
        return ",".join(_text(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _choice(choices: tuple[str, ...]) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text not in choices:
            raise BadRendering(name, say("not-one-of", given=text[:40], offered=", ".join(choices)))
        return text

    return read


def _number(low: float, high: float) -> Callable[[str, str], float]:
    def read(name: str, text: str) -> float:
        value = _float(name, text)
        if not low <= value <= high:
            raise BadRendering(name, say("option-between", given=text[:40], low=f"{low:g}", high=f"{high:g}"))
        return value

    return read


def _float(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise BadRendering(name, say("not-a-number", given=text[:40])) from None
    if not math.isfinite(value):
        raise BadRendering(name, say("option-not-finite", given=text[:40]))
    return value


def _name(name: str, text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_-]{1,40}", text):
        raise BadRendering(name, say("option-not-a-name", given=text[:40]))
    return text


def _bands(name: str, text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) not in (1, 3) or not all(re.fullmatch(r"[1-9][0-9]?", part) for part in parts):
        raise BadRendering(name, say("option-bands", given=text[:40]))
    return tuple(int(part) for part in parts)


def _range(name: str, text: str) -> Range:
    parts = text.split(",")
    if len(parts) != 2:
        raise BadRendering(name, say("option-range", given=text[:40]))
    low, high = (_float(name, part.strip()) for part in parts)
    if low >= high:
        raise BadRendering(name, say("option-order", given=text[:40]))
    return low, high


def _ranges(name: str, text: str) -> tuple[Range, ...]:
    parts = text.split(";")
    if len(parts) not in (1, 3):
        raise BadRendering(name, say("option-ranges"))
    return tuple(_range(name, part) for part in parts)


def _spans(name: str, text: str) -> tuple[Span, ...]:
    ends = text.split("/")
    if len(ends) > 2:
        raise BadRendering(name, say("option-interval", given=text[:60]))
    first, last = _day(name, ends[0]), _day(name, ends[-1])
    if first is None and last is None:
        raise BadRendering(name, say("option-interval-open"))
    if first is not None and last is not None and first > last:
        raise BadRendering(name, say("option-interval-order", given=text[:60]))
    return ((first, last),)


def _day(name: str, text: str) -> date | None:
    if text in ("", ".."):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise BadRendering(name, say("option-date", given=text[:40])) from None


READERS: Mapping[str, Callable[[str, str], Any]] = {
    "format": _choice(FORMATS),
    "rendering": _name,
    "bands": _bands,
    "expression": lambda name, text: parse_expression(text),
    "colormap": _name,
    "stretch": _ranges,
    "resampling": _choice(RESAMPLINGS),
    "order": _choice(ORDERS),
    "datetime": _spans,
    "azimuth": _number(0, 360),
    "altitude": _number(0, 90),
    "exaggeration": _number(0.01, 100),
    "range": _range,
}
"""Every rendering parameter, by its name on the wire, with what reads it."""
