"""An entry as a record of OGC API Records (20-004r1): a GeoJSON feature with the standard's properties."""

from typing import Any

from geoservice.api.links import GEOJSON, HTML, JSON, Link, Links
from geoservice.records.entry import Entry

CORE = "http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/record-core"
LANGUAGES = [
    {"code": "zh", "name": "中文", "alternate": "Chinese", "dir": "ltr"},
    {"code": "en", "name": "English", "dir": "ltr"},
]
LD_JSON = "application/ld+json"
XML = "application/xml"
CATALOGUE = "/records/collections/layers"


def record(entry: Entry, links: Links, language: str) -> dict[str, Any]:
    """Return the record; titles in ``language``, all of them in ``titles``."""
    said = next(tongue for tongue in LANGUAGES if tongue["code"] == language)
    properties: dict[str, Any] = {
        "type": "dataset",
        "title": entry.say(entry.title, language),
        "titles": dict(entry.title),
        "description": entry.say(entry.description, language),
        "language": said,
        "languages": LANGUAGES,
        "keywords": [entry.say(word, language) for word in entry.keywords],
        "themes": [
            {"concepts": [{"id": entry.topic}], "scheme": "http://www.isotc211.org/2005/resources/MD_TopicCategoryCode"}
        ],
        "updated": _moment(entry),
        "externalIds": [{"scheme": "geoservice:layer", "value": entry.id}],
        "contacts": [
            {
                "organization": entry.say(entry.publisher, language),
                "roles": ["publisher"],
                "identifier": entry.department,
            }
        ],
        "formats": _formats(entry),
        "license": entry.licence or None,
        "rights": entry.attribution or None,
        "department": entry.department,
        "theme": entry.theme,
        "kind": entry.kind,
        "version": entry.version,
        "synthetic": entry.synthetic,
        "crs": list(entry.crs),
        "accuracy_m": entry.accuracy_m,
        "largest_scale": entry.scale,
        "resolution_m": entry.resolution_m,
        "height_system": entry.height_system,
        "feature_count": entry.features,
        "lineage": entry.lineage or None,
    }
    return {
        "type": "Feature",
        "id": entry.id,
        "conformsTo": [CORE],
        "geometry": box_polygon(entry),
        "time": {"interval": [end or ".." for end in entry.period]} if entry.period else None,
        "properties": {name: value for name, value in properties.items() if value is not None},
        "links": record_links(entry, links, language),
    }


def record_links(entry: Entry, links: Links, language: str) -> list[Link]:
    """Return the links of a record: itself in every form, its catalogue, and the ways to the data."""
    path = f"{CATALOGUE}/items/{entry.id}"
    ways = [
        {
            "href": way.href, "type": way.media_type, "title": entry.say(way.title, language),
            "rel": {"download": "enclosure", "style": "describedby", "page": "alternate"}.get(way.use, "item"),
            "protocol": way.protocol,
        }
        for way in entry.ways
    ]  # fmt: skip
    return [
        links.link("self", path, GEOJSON, "this record", f="json"),
        links.link("alternate", path, HTML, "as HTML", f="html"),
        links.link("alternate", path, LD_JSON, "as DCAT", f="dcat"),
        links.link("alternate", path, XML, "as ISO 19139", f="iso19139"),
        links.link("collection", CATALOGUE, JSON, "the catalogue"),
        *ways,
    ]


def box_polygon(entry: Entry) -> dict[str, Any] | None:
    """Return the entry's box as a GeoJSON polygon."""
    if entry.extent is None:
        return None
    west, south, east, north = (round(float(value), 8) for value in entry.extent)
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def _formats(entry: Entry) -> list[dict[str, str]]:
    names: dict[str, str] = {}
    for way in entry.ways:
        if way.use in ("service", "download"):
            names.setdefault(way.media_type, way.title["en"])
    return [{"name": name, "mediaType": media_type} for media_type, name in names.items()]


def _moment(entry: Entry) -> str:
    return entry.updated.isoformat(timespec="seconds").replace("+00:00", "Z")
