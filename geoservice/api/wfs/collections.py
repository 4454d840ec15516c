"""Features as a document: ``wfs:FeatureCollection`` of GML 3.2, or GeoJSON. The database wrote the features."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import quoteattr

import orjson

from geoservice.api.links import GEOJSON
from geoservice.api.tile.wmts_capabilities import XSI
from geoservice.api.wfs.asked import Asked
from geoservice.api.wfs.capabilities import SCHEMA, WFS
from geoservice.api.wfs.features import Found, Numbers
from geoservice.api.wfs.paging import Turns
from geoservice.api.wfs.schema import GML
from layers.crs.output import OutputCrs, is_crs84
from layers.gml_text import closing, crs_urn, opening
from layers.xml_names import NAMESPACE, PREFIX

_DECLARED = {"xmlns:wfs": WFS, "xmlns:gml": GML, "xmlns:xsi": XSI, f"xmlns:{PREFIX}": NAMESPACE}
COLLECTION_END, VALUES_END = b"</wfs:FeatureCollection>\n", b"</wfs:ValueCollection>\n"


def collection_head(numbers: Numbers, schema: str, turns: Turns, root: str = "FeatureCollection") -> bytes:
    """Return what stands before the members of a document; ``schema`` is the address of the features' schema."""
    attributes = _DECLARED | {"xsi:schemaLocation": f"{SCHEMA} {NAMESPACE} {schema}"} | _told(numbers, turns)
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + _start(root, attributes)


async def members(founds: AsyncIterator[Found]) -> AsyncIterator[bytes]:
    """Yield the features of queries, each as a member."""
    async for found in founds:
        head, tail = b"<wfs:member>" + opening(found.asked.layer), closing(found.asked.layer) + b"</wfs:member>\n"
        async for rows in found.chunks:
            if rows:
                yield head + (tail + head).join([row[0] for row in rows]) + tail


async def nested(founds: AsyncIterator[Found]) -> AsyncIterator[bytes]:
    """Yield the features of several queries: for each a collection that is a member."""
    async for found in founds:
        yield b"<wfs:member>" + _start("FeatureCollection", _told(found.numbers, Turns()))
        async for part in members(_alone(found)):
            yield part
        yield COLLECTION_END + b"</wfs:member>\n"


async def _alone(found: Found) -> AsyncIterator[Found]:
    yield found


async def value_members(founds: AsyncIterator[Found]) -> AsyncIterator[bytes]:
    """Yield the values of features that were asked for one property, each as a member."""
    head, tail = b"<wfs:member>", b"</wfs:member>\n"
    async for found in founds:
        async for rows in found.chunks:
            if rows:
                yield head + (tail + head).join([row[0].partition(b'">')[2] for row in rows]) + tail


def feature_document(asked: Asked, row: bytes, schema: str) -> bytes:
    """Return a single feature as a document."""
    location = f"{NAMESPACE} {schema}"
    declared = _DECLARED | {"xsi:schemaLocation": location}
    start = opening(asked.layer).replace(b" ", f" {_written(declared)} ".encode(), 1)
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + start + row + closing(asked.layer)


def in_geojson(asked: Asked) -> Asked:
    """Return the query for GeoJSON: CRS84 as RFC 7946 has it, or the system that was named, east before north.

    So every reader of GeoJSON takes its coordinates, whatever order the system's authority puts them in.
    """
    query, crs = replace(asked.query, encoding="geojson"), asked.crs84 or asked.crs
    if not is_crs84(crs):
        crs = replace(crs, uri=crs_urn(crs), north_east=False)
    return replace(asked, query=query, crs=crs)


async def geojson(founds: AsyncIterator[Found], numbers: Numbers, crs: OutputCrs, turns: Turns) -> AsyncIterator[bytes]:
    """Yield a FeatureCollection of GeoJSON; another system than CRS84 is named as GeoJSON 2008 did."""
    system = {} if is_crs84(crs) else {"crs": {"type": "name", "properties": {"name": crs.uri}}}
    yield orjson.dumps({"type": "FeatureCollection"} | system)[:-1] + b',"features":['
    comma = b""
    async for found in founds:
        async for rows in found.chunks:
            if rows:
                yield comma + b",".join([row[0] for row in rows])
                comma = b","
    document: dict[str, Any] = {"numberReturned": numbers.returned, "timeStamp": _now()}
    if numbers.matched is not None:
        document["numberMatched"] = numbers.matched
    pages = (("next", turns.next), ("prev", turns.previous))
    document["links"] = [{"rel": rel, "href": href, "type": GEOJSON} for rel, href in pages if href]
    yield b"]," + orjson.dumps(document)[1:]


def _told(numbers: Numbers, turns: Turns) -> dict[str, str]:
    matched = "unknown" if numbers.matched is None else str(numbers.matched)
    told = {"timeStamp": _now(), "numberMatched": matched, "numberReturned": str(numbers.returned)}
    return (
        told | ({"next": turns.next} if turns.next else {}) | ({"previous": turns.previous} if turns.previous else {})
    )


def _start(root: str, attributes: dict[str, str]) -> bytes:
    return f"<wfs:{root} {_written(attributes)}>\n".encode()


def _written(attributes: dict[str, str]) -> str:
    return " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
