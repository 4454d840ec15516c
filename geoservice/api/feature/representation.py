"""How features are shown: GeoJSON or JSON-FG, codes or their meanings; what a document of each begins with."""

from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.requests import Request

from geoservice.api.links import GEOJSON, Links
from layers.crs.names import CRS84
from layers.crs.output import OutputCrs, offered_crs
from layers.errors import BadQuery
from layers.layer import Layer
from layers.query import Encoding, LayerQuery
from layers.sentences import say

JSONFG = "application/vnd.ogc.fg+json"
PROFILES = (
    "rfc7946",
    "jsonfg",
    "jsonfg-plus",
    "rel-as-key",
    "rel-as-uri",
    "rel-as-link",
    "val-as-code",
    "val-as-title",
)
CONFORMS = (
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas",
)


@dataclass(frozen=True)
class Representation:
    """A media type, and the members a document of it begins with, after its type."""

    media_type: str
    members: bytes = b""

    @property
    def opening(self) -> bytes:
        """What stands before the features of a collection."""
        return b'{"type":"FeatureCollection",' + self.members + b'"features":['

    def of_feature(self, feature: bytes, links: list[Any]) -> bytes:
        """Return a single feature's document."""
        head = b'{"type":"Feature",'
        return head + self.members + feature[len(head) : -1] + b',"links":' + orjson.dumps(links) + b"}"


_GEOJSON = Representation(GEOJSON)


def represent(
    request: Request, layer: Layer, form: str, query: LayerQuery, crs: OutputCrs
) -> tuple[Representation, LayerQuery]:
    """Return the representation of a form (``f``) and its profile, and the query with what it needs.

    Raises:
        BadQuery: a profile is not known.
    """
    profiles = read_profiles(request)
    if layer.domains and ("val-as-title" in profiles or (form == "html" and "val-as-code" not in profiles)):
        query = replace(query, titles=layer.domains)
    if form != "jsonfg":
        return _GEOJSON, query
    encoding: Encoding = "jsonfg-plus" if "jsonfg-plus" in profiles else "jsonfg"
    fallback = offered_crs(request.app.state.frame, layer.version.srid)[CRS84]
    members = {
        "conformsTo": CONFORMS,
        "featureType": layer.name,
        "featureSchema": Links.of(request).href(f"/collections/{layer.name}/schema"),
        "coordRefSys": crs.uri,
    }
    return Representation(JSONFG, orjson.dumps(members)[1:-1] + b","), replace(
        query, encoding=encoding, fallback=fallback
    )


def read_profiles(request: Request) -> tuple[str, ...]:
    """Read ``profile``: names divided by commas.

    Raises:
        BadQuery: one is not known.
    """
    given = request.query_params.get("profile")
    names = tuple(name.strip() for name in given.split(",")) if given is not None else ()
    for name in names:
        if name.rpartition("/")[2] not in PROFILES:
            raise BadQuery(say("profile-none", name=name[:60], offered=", ".join(PROFILES)), "profile")
    return tuple(name.rpartition("/")[2] for name in names)
