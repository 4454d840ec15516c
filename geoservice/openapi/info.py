"""What lies under a pixel of a map tile, in every form that the OpenAPI document names."""

from geoservice.api.map.info_gml import GML_2, GML_3
from geoservice.openapi.parts import Document

_TEXT: Document = {"schema": {"type": "string"}}
_FOUND: Document = {"schema": {"type": "object"}}
INFO_CONTENT: Document = {
    "application/json": _FOUND, "application/geo+json": _FOUND, "text/html": _TEXT, "text/plain": _TEXT,
    GML_3: _TEXT, GML_2: _TEXT,
}  # fmt: skip
