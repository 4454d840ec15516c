"""How WMS refuses: a ServiceExceptionReport with a code, or a picture with the words in it or with nothing."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw
from starlette.responses import Response

from geoservice.api.language import VARY
from geoservice.api.map.wms_capabilities import FORMATS, LARGEST_SIDE
from geoservice.api.map.wms_layers import child
from layers.errors import BadQuery, GeoError, LayerNotFound, UnknownCrs
from layers.sentences import Language, reason, worded
from layers.xml_text import xml_document
from tiles.picture.compose import WHITE, Colour, read_colour
from tiles.raster.encode import Picture, picture

OGC = "http://www.opengis.net/ogc"
XML = "text/xml"
IN_IMAGE, BLANK = "INIMAGE", "BLANK"
Given = Mapping[str, str]


class Refused(Exception):
    """A request that is answered with an exception report."""

    def __init__(self, code: str, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.code, self.status = code, status


def code_of(error: GeoError, version: str) -> str:
    """Return the code of an error of our own; most have none in the standard."""
    if isinstance(error, LayerNotFound):
        return "LayerNotDefined"
    if isinstance(error, UnknownCrs):
        return "InvalidCRS" if version == "1.3.0" else "InvalidSRS"
    return "InvalidParameterValue" if isinstance(error, BadQuery) else "NoApplicableCode"


def refusal(refused: Refused, given: Given, version: str, language: Language) -> Response:
    """Answer in XML, or as a picture with the words in it or with nothing where a map was asked for so.

    The words in a picture are English: what draws them has no Chinese letters.
    """
    wanted = given.get("exceptions", "XML").upper().replace("APPLICATION/VND.OGC.SE_", "")
    if given.get("request", "").lower() in ("getmap", "map") and wanted in (IN_IMAGE, BLANK):
        told_in = _told_in_image(str(refused) if wanted == IN_IMAGE else "", given)
        return Response(told_in.body, media_type=told_in.media_type)
    media_type = XML if version == "1.3.0" else "application/vnd.ogc.se_xml"
    told = str(worded(reason(refused), language))
    headers = {"Content-Language": language, "Vary": VARY}
    return Response(exception_report(refused.code, told, version), refused.status, headers, media_type)


def background_of(given: Given, form: str) -> Colour | None:
    """Return the colour below the map; None where it is transparent."""
    if given.get("transparent", "FALSE").upper() == "TRUE" and form != "jpeg":
        return None
    return read_colour(given["bgcolor"], "bgcolor") if given.get("bgcolor") else WHITE


def exception_report(code: str, text: str, version: str) -> bytes:
    """Return a ServiceExceptionReport; a code that the standard does not have is left out by its own rule."""
    root = ET.Element("ServiceExceptionReport", {"version": version})
    if version == "1.3.0":
        root.set("xmlns", OGC)
    exception = child(root, "ServiceException", text)
    if code != "NoApplicableCode":
        exception.set("code", code)
    return xml_document(root)


def _told_in_image(text: str, given: Given) -> Picture:
    """Write the words on what the map would lie on, in the size and form asked for as far as these can be had."""
    sides = [given.get(name, "") for name in ("width", "height")]
    width, height = (int(s) if s.isascii() and s.isdigit() and 0 < int(s[:6]) <= LARGEST_SIDE else 256 for s in sides)
    form = FORMATS.get(given.get("format", ""), "png")
    try:
        below = background_of(given, form)
    except BadQuery:
        below = WHITE
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0) if below is None else (*below[:3], 255))
    words, lines = text.encode("ascii", "replace").decode(), []
    while words:
        lines.append(words[: max(8, width // 7)])
        words = words[len(lines[-1]) :]
    ImageDraw.Draw(image).text((6, 6), "\n".join(lines), fill=(150, 30, 20, 255))
    return picture(np.asarray(image), None, "jpeg" if form == "jpeg" else "webp" if form == "webp" else "png")
