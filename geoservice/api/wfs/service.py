"""WFS 2.0.0 (OGC 09-025r2, ISO 19142), reading only: by KVP and by messages in XML.

It has the classes Simple and Basic WFS, with paging. Names of KVP parameters are case-insensitive. What is wrong is
told in an OWS exception report. Beyond the standard: ``CQL_FILTER``, GeoJSON, and the same below one layer.
"""

from collections.abc import Mapping

import asyncpg
import psycopg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geoservice.api.etag import answer_bytes
from geoservice.api.links import Link, Links
from geoservice.api.resources import Resource
from geoservice.api.wfs import answers
from geoservice.api.wfs.asked import layers_named, layers_offered
from geoservice.api.wfs.capabilities import OPERATIONS, SECTIONS, Offer, capabilities
from geoservice.api.wfs.message import Message, read_message
from geoservice.api.wfs.refusals import VERSION, XML, Refused, refusal
from geoservice.api.wfs.schema import FORMAT, application_schema
from geoservice.api.wfs.stored import describe_queries, list_queries
from geoservice.problems import status_of
from layers.crs.names import crs_uri
from layers.crs.output import offered_crs
from layers.errors import GeoError
from layers.sentences import say


async def get_wfs(request: Request) -> Response:
    """Answer ``/wfs?request=…`` or a message posted there, and the same below one layer, which is then alone."""
    try:
        await layers_offered(request)  # one that is not there, or not for who asks, has no address whatever comes
        return await _answer(request, await read_message(request))
    except (asyncpg.DataError, psycopg.DataError) as error:  # a filter that the database cannot evaluate
        why = str(error).split("\n")[0]
        return refusal(request, Refused("OperationProcessingFailed", "filter", say("filter-fails", why=why), 403))
    except (Refused, GeoError) as error:
        if isinstance(error, GeoError):
            if status_of(type(error)) in (401, 408, 415, 503):
                raise
            error = Refused.of(error)
        return refusal(request, error)


async def _answer(request: Request, message: Message) -> Response:
    given = message.given
    if given.get("service", "WFS").upper() != "WFS":
        raise Refused("InvalidParameterValue", "service", say("service-is", service="WFS"))
    asked = given.get("request", "")
    if not asked:
        raise Refused("MissingParameterValue", "request", say("key-needed", name="request"))
    operation = _OPERATIONS.get(asked.lower())
    if operation is None:
        said = say("operation-none", given=asked[:40], offered=", ".join(OPERATIONS))
        raise Refused("OperationNotSupported", "request", said)
    if operation is not _capabilities:
        _check_version(given.get("version", ""))
    return await operation(request, message)


def _check_version(version: str) -> None:
    if not version:
        raise Refused("MissingParameterValue", "version", say("key-needed", name="version"))
    if version not in (VERSION, "2.0.2"):  # the corrigendum changes no message
        raise Refused("InvalidParameterValue", "version", say("wfs-version", given=version[:20], version=VERSION))


async def _capabilities(request: Request, message: Message) -> Response:
    given = message.given
    accepted = [version.strip() for version in given.get("acceptversions", "").split(",") if version.strip()]
    if accepted and VERSION not in accepted:
        said = say("wfs-version", given=", ".join(accepted)[:60], version=VERSION)
        raise Refused("VersionNegotiationFailed", "", said)
    layers, frame, links = await layers_offered(request), request.app.state.frame, Links.of(request)
    systems = {}
    for layer in layers:
        offered = dict(offered_crs(frame, layer.version.srid))
        own = offered.pop(crs_uri(layer.version.srid))
        systems[layer.name] = [own, *offered.values()]
    offer = Offer(links.base, answers.address_of(request), frame, layers, systems)
    return answer_bytes(request, capabilities(offer, _sections(given.get("sections", ""))), _xml_type(given))


def _xml_type(given: Mapping[str, str]) -> str:
    formats = [one.strip() for one in given.get("acceptformats", "").split(",")]
    return "application/xml" if formats[0] == "application/xml" else XML


def _sections(text: str) -> frozenset[str]:
    """Return the sections asked for, none for the whole document. Raises Refused."""
    offered = {name.lower(): name for name in SECTIONS} | {"all": "All"}
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    for name in wanted:
        if name.lower() not in offered:
            said = say("key-none-of", name="sections", given=name[:40], offered=", ".join(SECTIONS))
            raise Refused("InvalidParameterValue", "sections", said)
    found = frozenset(offered[name.lower()] for name in wanted)
    return frozenset() if "All" in found else found


async def _schema(request: Request, message: Message) -> Response:
    names = message.given.get("typenames", "")
    layers = await (layers_named(request, names, message.namespaces) if names else layers_offered(request))
    if layers and message.given.get("outputformat"):
        answers.gml_only(message.given["outputformat"])
    return answer_bytes(request, application_schema(layers), FORMAT)


async def _list(request: Request, message: Message) -> Response:
    return answer_bytes(request, list_queries(await layers_offered(request)), XML)


async def _describe(request: Request, message: Message) -> Response:
    return answer_bytes(request, describe_queries(message.given, await layers_offered(request)), XML)


_OPERATIONS = {
    "getcapabilities": _capabilities,
    "describefeaturetype": _schema,
    "getfeature": answers.get_features,
    "getpropertyvalue": answers.get_values,
    "liststoredqueries": _list,
    "describestoredqueries": _describe,
}


def _landing(links: Links) -> list[Link]:
    return [links.link("alternate", "/wfs?service=WFS&request=GetCapabilities", XML, "WFS 2.0.0")]


RESOURCE = Resource(
    routes=(
        Route("/wfs", get_wfs, methods=["GET", "POST"]),
        Route("/collections/{layer}/wfs", get_wfs, methods=["GET", "POST"]),
    ),
    landing_links=_landing,
)
