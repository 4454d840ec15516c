"""How WFS refuses: an OWS 1.1 exception report with the standard's code and its HTTP status (OGC 09-025r2, 7.5)."""

import xml.etree.ElementTree as ET

from starlette.requests import Request
from starlette.responses import Response

from geoservice.api.language import VARY, answer_language
from geoservice.api.tile.wmts_capabilities import OWS
from geoservice.errors import UploadTooLarge
from geoservice.problems import status_of
from layers.errors import BadQuery, FeatureNotFound, GeoError, LayerNotFound
from layers.sentences import reason, worded
from layers.xml_text import xml_document

XML = "text/xml"
VERSION = "2.0.0"
_LOCATORS = {
    "bbox-crs": "bbox", "filter-crs": "filter", "crs": "srsName", "sortby": "sortBy", "properties": "propertyName",
    "startindex": "startIndex", "body": "request",
}  # fmt: skip
"""What items call a parameter, and WFS."""


class Refused(Exception):
    """A request that is answered with an exception report; ``locator`` is the parameter that is wrong."""

    def __init__(self, code: str, locator: str, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.code, self.locator, self.status = code, locator, status

    @classmethod
    def of(cls, error: GeoError) -> "Refused":
        """Return the refusal of an error of our own."""
        status, parameter = status_of(type(error)), getattr(error, "parameter", None) or ""
        locator = _LOCATORS.get(parameter, parameter)
        if isinstance(error, FeatureNotFound):
            return cls("NotFound", "ID", reason(error), 404)
        if isinstance(error, LayerNotFound):
            return cls("InvalidParameterValue", "typeNames", reason(error), status)
        if isinstance(error, UploadTooLarge):
            return cls("OperationParsingFailed", "request", reason(error), status)
        if isinstance(error, BadQuery):
            code = "OperationParsingFailed" if parameter == "body" else "InvalidParameterValue"
            return cls(code, locator, reason(error))
        return cls("OperationProcessingFailed", locator, reason(error), max(403, status))


def refusal(request: Request, refused: Refused) -> Response:
    """Answer the exception report in the caller's language."""
    language = answer_language(request)
    report = ET.Element(f"{{{OWS}}}ExceptionReport", {"version": VERSION})
    report.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    exception = ET.SubElement(report, f"{{{OWS}}}Exception", {"exceptionCode": refused.code})
    if refused.locator:
        exception.set("locator", refused.locator)
    ET.SubElement(exception, f"{{{OWS}}}ExceptionText").text = str(worded(reason(refused), language))
    headers = {"Content-Language": language, "Vary": VARY}
    return Response(xml_document(report), refused.status, headers, XML)
