"""Which state of a layer an address means: as it is served, a version by number, or as it was at an instant."""

from datetime import UTC, datetime, time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from geoservice.parameters import integer
from layers.catalogue import find_layer
from layers.edit.past import layer_as_of
from layers.errors import BadQuery
from layers.filter.clauses import parse_instant
from layers.layer import Layer
from layers.sentences import say
from layers.views import View

STATES = ("version", "as-of")


async def addressed_layer(request: Request, view: View) -> Layer:
    """Return the layer as served, or the state that ``version=`` or ``as-of=`` names, which the catalogue is asked for.

    Raises:
        LayerNotFound, VersionNotFound: there is none, or none to be seen.
        BadQuery: both are given, or one cannot be read.
    """
    layer: Layer = request.app.state.catalogue.find(request.path_params["layer"], view)
    given = request.query_params
    if "as-of" in given:
        if "version" in given:
            raise BadQuery(say("two-states"), "as-of")
        return await _as_of(request, layer, view, _instant(given["as-of"]))
    if "version" not in given:
        return layer
    number = integer(request.query_params, "version", 1, 1, 2**31 - 1)

    def read() -> Layer:
        with request.app.state.database.session() as session:
            return find_layer(session, layer.name, view, number)

    return layer if number == layer.version.number else await run_in_threadpool(read)


async def _as_of(request: Request, layer: Layer, view: View, instant: datetime) -> Layer:
    def read() -> Layer:
        with request.app.state.database.session() as session:
            return layer_as_of(session, layer.name, view, instant)

    return await run_in_threadpool(read)


def _instant(text: str) -> datetime:
    """Read a moment; a day means its end, in UTC."""
    read = parse_instant(text, "as-of")
    return read if isinstance(read, datetime) else datetime.combine(read, time.max, UTC)
