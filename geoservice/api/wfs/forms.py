"""The forms that GetFeature answers in, by the names clients give them."""

from geoservice.api.links import GEOJSON
from geoservice.api.wfs.refusals import Refused
from geoservice.api.wfs.schema import FORMAT
from layers.sentences import say

GML, JSON = "gml", "json"
FORMS = {
    FORMAT: GML, "text/xml; subtype=gml/3.2": GML, "application/json": JSON, GEOJSON: JSON, "csv": "csv",
    "SHAPE-ZIP": "shp", "application/geopackage+sqlite3": "gpkg",
}  # fmt: skip
"""What the capabilities list; a form that is neither of the two is a file of that name among ours. A media type may be
written without its space, and in letters of either case.
"""
_ALSO = {
    "gml32": GML, "gml3": GML, "text/xml": GML, "application/xml": GML, "text/xml;subtype=gml/3.2.1": GML,
    "application/gml+xml": GML, "json": JSON, "geojson": JSON, "text/csv": "csv", "gpkg": "gpkg",
    "application/vnd.geo+json": JSON,
}  # fmt: skip


def form_of(given: str) -> str:
    """Return the form that ``outputFormat`` names, `GML` where it names none. Raises Refused."""
    wanted = given.replace(" ", "").lower()
    known = {name.replace(" ", "").lower(): form for name, form in (FORMS | _ALSO).items()}
    found = known.get(wanted) or known.get(given.strip().replace(" ", "+"))  # a plus sign that was not escaped
    if wanted and found is None:
        raise Refused(
            "InvalidParameterValue", "outputFormat", say("map-form", name="outputFormat", offered=", ".join(FORMS))
        )
    return found or GML
