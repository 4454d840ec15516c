"""How commands are told which map sheets are meant: their options, and the sheets that these name."""

from typing import TYPE_CHECKING, Annotated

import typer

from geoservice.settings import Settings
from layers.errors import BadQuery
from layers.sentences import say

if TYPE_CHECKING:
    from layers.frame import Bounds, Frame
    from layers.sheet.names import AnySheet
    from layers.sheet.squares import SquareScheme

Scale = Annotated[int | None, typer.Option(help="scale denominator, e.g. 10000")]
Square = Annotated[bool, typer.Option("--square", help="the city's square sheets instead of the national ones")]
Srid = Annotated[int | None, typer.Option(help="projected CRS the square sheets are numbered in; default: the frame's")]
NorthOffset = Annotated[int, typer.Option(help="leading kilometres of the northing left out of square numbers")]
EastOffset = Annotated[int, typer.Option(help="leading kilometres of the easting left out of square numbers")]
Rectangular = Annotated[bool, typer.Option("--rectangular", help="square sheets of 50 x 40 cm")]
Box = Annotated[str | None, typer.Option(help="west,south,east,north in degrees")]
Area = Annotated[str | None, typer.Option(help="a file of areas, the city's outline for example: sheets it enters")]


def scheme_of(
    frame: "Frame", square: bool, srid: int | None, north_km: int, east_km: int, rectangular: bool
) -> "SquareScheme | None":
    """Return how the square sheets are numbered; None where the national ones are meant."""
    from layers.sheet.squares import SquareScheme

    if not (square or srid or north_km or east_km or rectangular):
        return None
    return SquareScheme(srid or frame.metric_srid, east_km, north_km, rectangular)


def sheet_of(lon: float, lat: float, scale: int, frame: "Frame", scheme: "SquareScheme | None") -> "AnySheet":
    """Return the sheet at a place, degrees east and north of the storage CRS."""
    from layers.crs.names import parse_crs
    from layers.crs.operations import find_transform
    from layers.sheet.national import sheet_at
    from layers.sheet.squares import square_sheet_at

    if scheme is None:
        return sheet_at(lon, lat, scale)
    east, north = find_transform(parse_crs(frame.storage_srid), parse_crs(scheme.srid)).points([lon], [lat])
    return square_sheet_at(float(east[0]), float(north[0]), scale, scheme)


def sheets_inside(box: "Bounds", scale: int, frame: "Frame", scheme: "SquareScheme | None") -> "list[AnySheet]":
    """Return the sheets that a box meets, degrees of the storage CRS."""
    from layers.crs.names import parse_crs
    from layers.crs.operations import find_transform
    from layers.sheet.cover import sheets_in
    from layers.sheet.squares import square_sheets_in

    if scheme is None:
        return list(sheets_in(box, scale))
    plane = find_transform(parse_crs(frame.storage_srid), parse_crs(scheme.srid)).bounds(box)
    return list(square_sheets_in(plane, scale, scheme))


def sheets_entered_by(area: str, scale: int, settings: Settings, scheme: "SquareScheme | None") -> "list[AnySheet]":
    """Return the sheets that the areas of a file enter, on whatever system it is."""
    from geoservice.analysis.area_file import read_area
    from geoservice.jobs.importing import city_transforms
    from layers.frame import Bounds
    from layers.sheet.cover import sheets_entered

    frame = settings.read_frame()
    polygon = read_area(area, frame, city_transforms(settings))
    return sheets_entered(sheets_inside(Bounds(*polygon.bounds), scale, frame, scheme), polygon, frame.storage_srid)


def box_of(text: str) -> "Bounds":
    """Read west,south,east,north in degrees. Raises BadQuery."""
    from layers.frame import Bounds

    return Bounds(*numbers_of(text, 4, "bbox"))


def numbers_of(text: str, count: int, name: str) -> list[float]:
    """Read numbers with commas between. Raises BadQuery, which names the option."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise BadQuery(say("numbers-wanted", name=name, count=count, given=text), name) from error
    if len(numbers) != count:
        raise BadQuery(say("numbers-wanted", name=name, count=count, given=len(numbers)), name)
    return numbers
