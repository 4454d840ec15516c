"""A query of a WFS message, read into a `LayerQuery`: a layer, its system, properties, order, box, filter, identifiers.

Coordinates go in the axis order of their system's authority, which they are named by. So they come, unless the client
names the system in the old way (``EPSG:4490``): GeoServer, OpenLayers, GDAL and QGIS mean east first by that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shapely.geometry.base import BaseGeometry
from starlette.requests import Request

from geoservice.api.callers import caller_of
from geoservice.api.wfs.message import Given, Message
from geoservice.api.wfs.refusals import Refused
from geoservice.boxes import read_box
from geoservice.item_query import MAX_OFFSET
from geoservice.parameters import integer
from layers.crs.names import CRS84, crs_uri
from layers.crs.output import OutputCrs, find_crs, offered_crs
from layers.errors import BadQuery, LayerNotFound
from layers.filter.cql2 import parse_filter
from layers.filter.cql2_tokens import Tree
from layers.filter.fes import read_fes
from layers.filter.gml_geometry import turned
from layers.frame import Bounds
from layers.gml_text import crs_urn, geometry_element
from layers.layer import Layer
from layers.query import LayerQuery, SortKey, check_properties, check_sort
from layers.schema import fields, geometry_name
from layers.sentences import reason, say
from layers.xml_names import NAMESPACE, last_step, plain_name, xml_name
from layers.xml_reading import read_xml

WHOLE = 2**62
"""The limit of a query that has none."""
THERE: Tree = {"op": "not", "args": [{"op": "isNull", "args": [{"property": "geom"}]}]}
"""Has a geometry: a box of OGC API Features lets those pass that have none, a BBOX does not."""


@dataclass(frozen=True)
class Asked:
    """A query, and the system that its features come in; ``crs84`` is what GeoJSON has where the client named none.

    ``text`` is the query as it was written, without its page: the same text asks for the same features in one order.
    """

    layer: Layer
    query: LayerQuery
    crs: OutputCrs
    crs84: OutputCrs | None = None
    text: str = ""


async def layers_offered(request: Request) -> list[Layer]:
    """Return the layers with features at this address: all that the caller may see, or the one it stands below."""
    caller = await caller_of(request)
    catalogue, name = request.app.state.catalogue, request.path_params.get("layer")
    layers = [catalogue.find(name, caller.view)] if name else catalogue.visible(caller.view)
    found = [layer for layer in layers if layer.kind == "vector" and layer.version.table is not None]
    if name and not found:
        raise LayerNotFound(say("layer-has-no-items", layer=name, kind=say(f"kind-{layers[0].kind}")))
    return found


async def layers_named(request: Request, names: str, namespaces: Mapping[str, str]) -> list[Layer]:
    """Return the layers of type names divided by commas. Raises Refused where one is not offered here."""
    offered = {layer.name: layer for layer in await layers_offered(request)}
    found = []
    for name in (part.strip() for part in names.split(",")):
        prefix, _, local = name.removeprefix("schema-element(").removesuffix(")").rpartition(":")
        if plain_name(local) not in offered or namespaces.get(prefix, NAMESPACE) != NAMESPACE:
            raise Refused("InvalidParameterValue", "typeNames", say("map-layer-none", layer=name[:60]))
        found.append(offered[plain_name(local)])
    return found


async def read_asked(request: Request, message: Message) -> list[Asked]:
    """Read all queries of a message; ``count`` and ``startIndex`` are not theirs but the answer's.

    Raises:
        Refused, and what the layers raise.
    """
    if not message.queries or not any(one.get("typenames") or one.get("resourceid") for one in message.queries):
        raise Refused("MissingParameterValue", "typeNames", say("key-needed", name="typeNames"))
    found = []
    for given in message.queries:
        named = given.get("typenames") or ",".join(dict.fromkeys(_layers_of(given.get("resourceid", ""))))
        layers = await layers_named(request, named, message.namespaces)
        if len(layers) > 1 and given.get("typenames"):
            raise Refused("OptionNotSupported", "typeNames", say("wfs-join"))
        found += [_read(request, layer, given) for layer in layers]
    return found


def page_of(given: Given) -> tuple[int, int]:
    """Return ``count``, `WHOLE` where there is none, and ``startIndex``. Raises BadQuery."""
    return integer(given, "count", WHOLE, 0, WHOLE), integer(given, "startindex", 0, 0, MAX_OFFSET)


def number_of(layer: Layer, identifier: str) -> int | None:
    """Return the number in ``plots.12``; None of what is no identifier of this layer."""
    name, _, number = identifier.rpartition(".")
    ours = name in ("", xml_name(layer.name)) and number.isascii() and number.isdigit() and len(number) < 19
    return int(number) if ours else None


def _layers_of(identifiers: str) -> list[str]:
    return [one.strip().rpartition(".")[0] for one in identifiers.split(",")]


def _read(request: Request, layer: Layer, given: Given) -> Asked:
    version = layer.version
    offered = offered_crs(request.app.state.frame, version.srid)
    crs = find_crs(offered, given["srsname"] if given.get("srsname") else crs_uri(version.srid))
    query = _narrowed(layer, given, offered)
    if given.get("propertyname", "*") != "*":
        names = [last_step(name) for name in given["propertyname"].split(",") if name.strip()]
        geometry = {geometry_element(version), geometry_name(version), "geom"}
        columns = check_properties(version, [name for name in names if name not in geometry])
        query = replace(query, properties=columns, geometry=bool(geometry.intersection(names)))
    if given.get("sortby"):
        query = replace(query, sort=_order(layer, given["sortby"]))
    crs84 = None if given.get("srsname") else offered[CRS84]
    return Asked(layer, replace(query, encoding="gml"), crs, crs84, repr(sorted(given.items())))


def _narrowed(layer: Layer, given: Given, offered: Mapping[str, OutputCrs]) -> LayerQuery:
    """Read which features are asked for: a box, a filter, or identifiers; they exclude each other."""
    ways = [name for name in ("bbox", "filter", "cql_filter", "resourceid") if given.get(name)]
    if len(ways) > 1:
        second = "resourceId" if ways[1] == "resourceid" else ways[1]
        raise Refused("InvalidParameterValue", second, say("wfs-one-of", first=ways[0], second=second))
    version = layer.version
    if "resourceid" in ways:
        numbers = [number_of(layer, one.strip()) for one in given["resourceid"].split(",")]
        wanted = [number for number in numbers if number is not None]
        return LayerQuery(filter={"op": "in", "args": [{"property": "fid"}, wanted or [-1]]})
    if "bbox" in ways:
        ends, name = _ends_and_system(given["bbox"])
        crs = find_crs(offered, name or crs_uri(version.srid), "bbox")
        if crs.north_east and _is_old(name):
            first, second, third, fourth = (ends.split(",") + [""] * 4)[:4]
            ends = ",".join((second, first, fourth, third)) if ends.count(",") == 3 else ends
        return LayerQuery(box=_box(ends, crs, offered, layer), filter=THERE)
    if "cql_filter" in ways:
        return LayerQuery(filter=parse_filter(given["cql_filter"]))
    if "filter" in ways:
        element = read_xml(given["filter"], "filter").root
        if element.tag != "Filter":
            raise BadQuery(say("fes-operator", name=element.tag[:60]), "filter")
        read = read_fes(element, fields(version), geometry_element(version), lambda one: number_of(layer, one))
        crs = find_crs(offered, read.srs_name or crs_uri(version.srid), "filter")
        east_first = crs.north_east and _is_old(read.srs_name)
        return LayerQuery(filter=turned(read.tree) if east_first else read.tree, filter_crs=crs.crs)
    return LayerQuery()


def _box(
    ends: str, crs: OutputCrs, offered: Mapping[str, OutputCrs], layer: Layer
) -> tuple[Bounds | BaseGeometry, ...]:
    """Read a box; where its axes are the wrong way round the refusal says which way they are."""
    try:
        return read_box({"bbox": ends, "bbox-crs": crs.uri}, offered, layer.version)
    except BadQuery as error:
        if getattr(reason(error), "code", "") == "bbox-latitude":
            raise BadQuery(say("wfs-bbox-order", crs=crs_urn(crs)), "bbox") from error
        raise


def _is_old(name: str | None) -> bool:
    """Say whether a system is named as before there were URIs that tell the order of its axes."""
    plain = (name or "urn:").strip().lower()
    return not plain.startswith(("urn:", "http:", "https:")) or "/gml/srs/epsg.xml#" in plain


def _ends_and_system(text: str) -> tuple[str, str]:
    """Return the numbers of a box, and the name of its system, which may stand behind them."""
    parts = text.split(",")
    at = next((place for place, part in enumerate(parts) if part.strip()[:1].isalpha()), len(parts))
    return ",".join(parts[:at]), ",".join(parts[at:]).strip()


def _order(layer: Layer, text: str) -> tuple[SortKey, ...]:
    """Read ``name DESC,code``; also ``D`` and ``A`` for descending and ascending."""
    keys: list[SortKey] = []
    for part in text.split(","):
        name, _, direction = part.strip().rpartition(" ")
        if direction.upper() not in ("ASC", "DESC", "A", "D"):
            name, direction = part.strip(), "ASC"
        sign = "-" if direction.upper().startswith("D") else "+"
        keys += check_sort(layer.version, sign + last_step(name))
    return tuple(keys)
