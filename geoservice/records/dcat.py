"""Entries as DCAT 3 in JSON-LD, with the properties that DCAT-AP asks for: one dataset, or the whole catalogue."""

from collections.abc import Sequence
from typing import Any

from geoservice.api.links import Links
from geoservice.records.entry import Entry
from geoservice.records.record import CATALOGUE
from layers.frame import Frame, Text

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#", "dqv": "http://www.w3.org/ns/dqv#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    "locn": "http://www.w3.org/ns/locn#", "geo": "http://www.opengis.net/ont/geosparql#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "skos": "http://www.w3.org/2004/02/skos/core#",
}  # fmt: skip
_ISO_TOPIC = "http://inspire.ec.europa.eu/metadata-codelist/TopicCategory/"
_LANGUAGES = ("http://publications.europa.eu/resource/authority/language/ZHO",
              "http://publications.europa.eu/resource/authority/language/ENG")  # fmt: skip


def catalogue(entries: Sequence[Entry], frame: Frame, links: Links) -> dict[str, Any]:
    """Return the catalogue with all its datasets."""
    title = {language: f"{name} 资源目录" if language == "zh" else f"{name} resource directory"
             for language, name in frame.title.items()}  # fmt: skip
    return {
        "@context": CONTEXT, "@type": "dcat:Catalog", "@id": links.href(CATALOGUE), "dct:title": _texts(title),
        "dct:description": _texts(title), "dct:publisher": _agent(frame.title),
        "dct:language": [{"@id": uri} for uri in _LANGUAGES], "foaf:homepage": {"@id": links.href("/")},
        "dct:spatial": _place(tuple(frame.extent)), "dcat:dataset": [_dataset(entry, links) for entry in entries],
    }  # fmt: skip


def dataset(entry: Entry, links: Links) -> dict[str, Any]:
    """Return one dataset as a document of its own."""
    return {"@context": CONTEXT, **_dataset(entry, links)}


def _dataset(entry: Entry, links: Links) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "@id": links.href(f"{CATALOGUE}/items/{entry.id}"),
        "dct:identifier": entry.id,
        "dct:title": _texts(entry.title),
        "dct:description": _texts(entry.description) or _texts(entry.title),
        "dct:publisher": _agent(entry.publisher),
        "dcat:keyword": [text for word in entry.keywords for text in _texts(word)],
        "dcat:theme": {"@id": _ISO_TOPIC + entry.topic},
        "dct:language": [{"@id": uri} for uri in _LANGUAGES],
        "dct:modified": {"@type": "xsd:dateTime", "@value": entry.updated.isoformat(timespec="seconds")},
        "dcat:version": str(entry.version),
        "dct:accessRights": {"@id": _rights("PUBLIC" if entry.public else "RESTRICTED")},
        "dcat:landingPage": {"@id": entry.page},
        "dct:conformsTo": [{"@id": uri, "@type": "dct:Standard"} for uri in entry.crs],
        "dcat:distribution": [_distribution(entry, way) for way in entry.ways if way.use in ("service", "download")],
    }
    if entry.extent is not None:
        found["dct:spatial"] = _place(entry.extent)
    if entry.period is not None:
        ends = zip(("dcat:startDate", "dcat:endDate"), entry.period, strict=True)
        moments = {name: {"@type": "xsd:dateTime", "@value": end} for name, end in ends if end}
        found["dct:temporal"] = {"@type": "dct:PeriodOfTime", **moments}
    if entry.resolution_m is not None:
        found["dcat:spatialResolutionInMeters"] = _decimal(entry.resolution_m)
    if entry.lineage:
        found["dct:provenance"] = {
            "@type": "dct:ProvenanceStatement", "rdfs:label": {"@language": "en", "@value": entry.lineage}
        }  # fmt: skip
    if entry.accuracy_m is not None:
        found["dqv:hasQualityMeasurement"] = {
            "@type": "dqv:QualityMeasurement", "dqv:value": _decimal(entry.accuracy_m),
            "dqv:isMeasurementOf": {"@type": "dqv:Metric", "skos:prefLabel": _texts(
                {"zh": "坐标操作的平面精度（米）", "en": "horizontal accuracy of the coordinates, metres"})},
        }  # fmt: skip
    return found


def _distribution(entry: Entry, way: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "dcat:Distribution", "dct:title": _texts(way.title), "dcat:accessURL": {"@id": way.href},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{way.media_type.split(';')[0]}"},
    }  # fmt: skip
    if way.use == "download":
        found["dcat:downloadURL"] = {"@id": way.href}
    if entry.licence:
        found["dct:license"] = {"@type": "dct:LicenseDocument", "rdfs:label": entry.licence}
    return found


def _texts(text: Text) -> list[dict[str, str]]:
    return [{"@language": language, "@value": value} for language, value in text.items() if value]


def _agent(name: Text) -> dict[str, Any]:
    return {"@type": "foaf:Agent", "foaf:name": _texts(name)}


def _place(box: Sequence[float]) -> dict[str, Any]:
    west, south, east, north = (round(float(value), 8) for value in box)
    ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
    return {"@type": "dct:Location", "dcat:bbox": {"@type": "geo:wktLiteral", "@value": f"POLYGON(({ring}))"}}


def _decimal(value: float) -> dict[str, str]:
    return {"@type": "xsd:decimal", "@value": f"{value:.6g}"}


def _rights(name: str) -> str:
    return f"http://publications.europa.eu/resource/authority/access-right/{name}"
