"""How WMS refuses: a ServiceExceptionReport with a code, or a picture with the words in it or with nothing."""

import io
from collections.abc import Mapping

from PIL import Image, ImageDraw
from starlette.responses import Response

from geoservice.api.language import VARY
from geoservice.api.map.wms_capabilities import LARGEST_SIDE, exception_report
from layers.errors import BadQuery, GeoError, LayerNotFound, UnknownCrs
from layers.sentences import Language, reason, worded

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
        return Response(_told_in_image(str(refused) if wanted == IN_IMAGE else "", given), media_type="image/png")
    media_type = XML if version == "1.3.0" else "application/vnd.ogc.se_xml"
    told = str(worded(reason(refused), language))
    headers = {"Content-Language": language, "Vary": VARY}
    return Response(exception_report(refused.code, told, version), refused.status, headers, media_type)


def _told_in_image(text: str, given: Given) -> bytes:
    sides = [given.get(name, "") for name in ("width", "height")]
    width, height = (int(s) if s.isascii() and s.isdigit() and 0 < int(s[:6]) <= LARGEST_SIDE else 256 for s in sides)
    clear = given.get("transparent", "").upper() == "TRUE"
    image = Image.new("RGBA", (width, height), (255, 255, 255, 0 if clear else 255))
    words, lines = text.encode("ascii", "replace").decode(), []
    while words:
        lines.append(words[: max(8, width // 7)])
        words = words[len(lines[-1]) :]
    ImageDraw.Draw(image).text((6, 6), "\n".join(lines), fill=(150, 30, 20, 255))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
