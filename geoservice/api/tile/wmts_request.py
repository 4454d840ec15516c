"""What a WMTS request asks for by KVP: parameter names in any case, each wrong value refused with the standard's code.

Errors are OWS exception reports, status 400, because that is what a WMTS client reads.
"""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from geoservice.api.callers import caller_of
from geoservice.api.language import VARY, answer_language
from geoservice.api.tile.drawing import DEFAULT_STYLE
from geoservice.api.tile.offered import renderings
from geoservice.api.tile.wmts_capabilities import FORMATS, exception_report
from layers.errors import LayerNotFound
from layers.layer import Layer
from layers.sentences import reason, say, worded
from tiles.errors import TileOutside, UnknownGrid
from tiles.grid import Grid, Tile
from tiles.grids import find_grid

XML = "application/xml"
DRAWN = (*FORMATS, "image/webp")
_SECTIONS = ("ServiceIdentification", "ServiceProvider", "OperationsMetadata", "Contents", "Themes", "All")
_NEEDED = ("version", "layer", "style", "format", "tilematrixset", "tilematrix", "tilerow", "tilecol")


class Refused(Exception):
    """A request that is answered with an exception report; ``also`` is a second code for the same fault."""

    def __init__(self, code: str, locator: str, sentence: str, also: str = "") -> None:
        super().__init__(sentence)
        self.codes, self.locator = (code, also) if also else (code,), locator


def refusal(request: Request, refused: Refused) -> Response:
    """Answer the exception report in the caller's language."""
    language = answer_language(request)
    told = str(worded(reason(refused), language))
    body = exception_report(refused.codes, refused.locator, told, language)
    return Response(body, 400, {"Content-Language": language, "Vary": VARY}, XML)


def needed(given: Mapping[str, str], name: str) -> str:
    """Return a parameter's value.

    Raises:
        Refused: it is not there or empty.
    """
    if not given.get(name):
        raise Refused("MissingParameterValue", name, say("key-needed", name=name))
    return given[name]


def asked_sections(given: Mapping[str, str]) -> frozenset[str]:
    """Return the sections of the capabilities asked for, none for the whole document.

    OGC's suite asks for ``all``, the standard says ``All``; an empty list is a value that is missing.

    Raises:
        Refused: a section that is none, or no section.
    """
    if "sections" not in given:
        return frozenset()
    offered = {name.lower(): name for name in _SECTIONS}
    wanted = [section.strip() for section in needed(given, "sections").split(",") if section.strip()]
    if unknown := [section for section in wanted if section.lower() not in offered]:
        said = say("key-none-of", name="sections", given=unknown[0][:40], offered=", ".join(sorted(_SECTIONS)))
        raise Refused("InvalidParameterValue", "sections", said)
    return frozenset(offered[section.lower()] for section in wanted)


async def asked_tile(request: Request, given: Mapping[str, str]) -> tuple[Layer, Grid, Tile]:
    """Read the tile that GetTile and GetFeatureInfo name.

    Raises:
        Refused: a parameter is missing, names nothing or lies outside the matrix.
    """
    for name in _NEEDED:
        if name not in given:
            raise Refused("MissingParameterValue", name, say("key-needed", name=name))
    one_of(given, "version", ("1.0.0",))
    one_of(given, "format", DRAWN)
    layer = await _layer(request, given["layer"])
    one_of(given, "style", ("", DEFAULT_STYLE, *renderings(layer)))
    try:
        grid = find_grid(request.app.state.grids, given["tilematrixset"])
    except UnknownGrid as error:
        raise Refused("InvalidParameterValue", "tilematrixset", reason(error)) from error
    return layer, grid, _place(grid, given)


def asked_pixel(given: Mapping[str, str], grid: Grid) -> tuple[int, int]:
    """Return the column and row of a pixel in a tile.

    Raises:
        Refused: one is no number of a pixel. The standard's code for it is PointIJOutOfRange; OGC's suite looks for
            TileOutOfRange, so that the report holds both.
    """
    found = whole(given, "i"), whole(given, "j")
    for name, value in zip("ij", found, strict=True):
        if not 0 <= value < grid.tile_size:
            said = say("wmts-pixel", name=name, last=grid.tile_size - 1, value=value)
            raise Refused("PointIJOutOfRange", name.upper(), said, also="TileOutOfRange")
    return found


def one_of(given: Mapping[str, str], name: str, offered: Sequence[str]) -> None:
    """Raise Refused unless a parameter's value is one of those offered."""
    if given[name] not in offered:
        shown = ", ".join(value for value in offered if value)
        said = say("key-none-of", name=name, given=given[name][:40], offered=shown[:300])
        raise Refused("InvalidParameterValue", name, said)


def whole(given: Mapping[str, str], name: str) -> int:
    """Return a whole number of at most eleven digits, or raise Refused."""
    text = needed(given, name)
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 12):
        raise Refused("InvalidParameterValue", name, say("key-whole", name=name, given=text[:20]))
    return int(text)


async def _layer(request: Request, name: str) -> Layer:
    caller = await caller_of(request)
    try:
        layer: Layer = request.app.state.catalogue.find(name, caller.view)
    except LayerNotFound as error:
        raise Refused("InvalidParameterValue", "layer", reason(error)) from error
    return layer


def _place(grid: Grid, given: Mapping[str, str]) -> Tile:
    """Read the tile's numbers, telling which of them is out of range."""
    one_of(given, "tilematrix", grid.zoom_ids)
    z = grid.z(given["tilematrix"])
    tile = Tile(grid.id, z, whole(given, "tilerow"), whole(given, "tilecol"))
    try:
        grid.check(tile)
    except TileOutside as error:
        inside = 0 <= tile.row < grid.matrix(z).height
        raise Refused("TileOutOfRange", "TileCol" if inside else "TileRow", reason(error)) from error
    return tile
