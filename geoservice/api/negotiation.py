"""Which representation a client gets: ``f=`` first, a name or a media type, else ``Accept``, else the first offered."""

from collections.abc import Mapping
from functools import lru_cache

from starlette.requests import Request

from geoservice.api.links import PROBLEM_JSON
from geoservice.errors import NotAcceptable
from layers.errors import BadQuery
from layers.sentences import say

Offered = Mapping[str, str | tuple[str, ...]]
"""``f`` values with their media types; the first type of each is the one answered, further ones are accepted too."""

VARY = "Accept, Accept-Encoding"


def choose(request: Request, offered: Offered, default: str | None = None) -> str:
    """Return the key of the representation to answer.

    Who accepts problem documents alone says how to be refused and nothing of what else: a generated client sends so
    where that is the only JSON an operation answers.

    Raises:
        BadQuery: ``f`` names none of them.
        NotAcceptable: ``Accept`` lets none of them through.
    """
    wanted = request.query_params.get("f")
    if wanted is not None:
        named = {_types(types)[0].partition(";")[0]: form for form, types in offered.items()}
        wanted = named.get(wanted.replace(" ", "+"), wanted)  # a plus sign that was not escaped
        if wanted not in offered:
            raise BadQuery(say("form-not-here", given=wanted[:40], offered=", ".join(offered)), "f")
        return wanted
    first = default or next(iter(offered))
    accept = request.headers.get("accept")
    if not accept or accept.strip() in ("*/*", PROBLEM_JSON):
        return first
    order = (first, *(key for key in offered if key != first))
    found = _best(accept, tuple((key, _types(offered[key])) for key in order))
    if found is None:
        types = ", ".join(_types(value)[0] for value in offered.values())
        raise NotAcceptable(say("accept-nothing", given=accept[:100], offered=types))
    return found


def _types(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


@lru_cache(maxsize=512)
def _best(accept: str, offered: tuple[tuple[str, tuple[str, ...]], ...]) -> str | None:
    """Return the offer with the highest quality; among equals the one offered first."""
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    best, quality = None, 0.0
    for key, types in offered:
        refused = (types[0], 0.0) in ranges  # by its name, whatever else of it is taken
        reached = 0.0 if refused else max(_quality(media_type, ranges) for media_type in types)
        if reached > quality:
            best, quality = key, reached
    return best


def _range(part: str) -> tuple[str, float]:
    """Read one media range and its quality; a quality that cannot be read is 1."""
    name, *parameters = (piece.strip() for piece in part.lower().split(";"))
    name = "*/*" if name == "*" else name  # as Java's own client writes it
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, min(1.0, max(0.0, float(value)))
            except ValueError:
                return name, 1.0
    return name, 1.0


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """Return the quality of the most specific range that matches the type."""
    name = media_type.partition(";")[0].strip()
    for candidate in (name, name.partition("/")[0] + "/*", "*/*"):
        matching = [quality for range_name, quality in ranges if range_name == candidate]
        if matching:
            return max(matching)
    return 0.0
