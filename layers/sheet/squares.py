"""City square sheets of 1:500, 1:1000, 1:2000 and 1:5000: named by the kilometres of their south-west corner.

The number gives the northing (X) first, then the easting (Y), as Chinese sheets do: ``3813.25-375.75``. It means
nothing without its projected CRS, and cities drop leading digits; so both stand in the ``SquareScheme`` beside it.
Everything is whole centimetres of ground; sheets are half open like the national ones.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from layers.frame import Bounds
from layers.sentences import say
from layers.sheet.national import UnknownSheet

_KM = 100_000  # centimetres

# Denominator: ground size of a 50 cm square (40 cm at 1:5000) in metres, digits after the point in the number.
_SIZES = {500: (250, 2), 1_000: (500, 1), 2_000: (1_000, 1), 5_000: (2_000, 0)}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*[-–—－]\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class SquareScheme:
    """How one city numbers its sheets.

    ``east_offset_km`` and ``north_offset_km`` are the leading kilometres left out of the numbers. ``rectangular`` means
    sheets of 50 cm x 40 cm (width x height) instead of 50 x 50.
    """

    srid: int = 4509
    east_offset_km: int = 0
    north_offset_km: int = 0
    rectangular: bool = False


@dataclass(frozen=True, order=True)
class SquareSheet:
    """A square sheet: number, scale and ground edges in centimetres of the scheme's CRS."""

    code: str
    scale: int
    srid: int
    west: int
    south: int
    east: int
    north: int

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in metres of the scheme's CRS."""
        return Bounds(self.west / 100, self.south / 100, self.east / 100, self.north / 100)

    def to_text(self) -> str:
        """Return one line for a person."""
        west, south, east, north = self.bounds
        return (
            f"{self.code}  1:{self.scale}  EPSG:{self.srid}  E {west:.2f} .. {east:.2f}, N {south:.2f} .. {north:.2f} m"
        )


def square_sheet_at(east: float, north: float, denominator: int, scheme: SquareScheme | None = None) -> SquareSheet:
    """Return the square sheet that holds a point (metres east, north in the scheme's CRS).

    Raises:
        UnknownSheet: the scale has no square sheets or the point is not a number.
    """
    width, height = _size(denominator, scheme or SquareScheme())
    if not (math.isfinite(east) and math.isfinite(north)):
        raise UnknownSheet(say("square-point", east=east, north=north), "point")
    column, row = _floor(east, width), _floor(north, height)
    return _make(column * width, row * height, denominator, scheme or SquareScheme())


def find_square_sheet(number: str, scheme: SquareScheme | None = None, denominator: int | None = None) -> SquareSheet:
    """Read a number such as ``3813.25-375.75``.

    The scale follows from the digits where it can: two digits mean 1:500, none 1:5000. With one digit 1:1000 and 1:2000
    look alike, so ``denominator`` must say which.

    Raises:
        UnknownSheet: not a number of that form, no corner of the scale's sheets, or the scale must be given.
    """
    scheme = scheme or SquareScheme()
    match = _NUMBER.fullmatch(number.strip())
    if match is None:
        raise UnknownSheet(say("square-number", number=number), "sheet")
    digits = max(len(part.partition(".")[2]) for part in match.groups())
    denominator = denominator or _scale_by_digits(number, digits)
    south = _centimetres(match[1], scheme.north_offset_km)
    west = _centimetres(match[2], scheme.east_offset_km)
    width, height = _size(denominator, scheme)
    if west.denominator != 1 or south.denominator != 1 or west % width or south % height:
        raise UnknownSheet(
            say("square-corner", number=number, scale=denominator, width=width / 100, height=height / 100),
            "sheet",
        )
    return _make(int(west), int(south), denominator, scheme)


def square_sheets_in(
    bounds: Bounds, denominator: int, scheme: SquareScheme | None = None, limit: int = 100_000
) -> Iterator[SquareSheet]:
    """Yield the square sheets that share more than an edge with a box (metres), row by row from the north-west.

    Raises:
        UnknownSheet: no such scale, or more than ``limit`` sheets.
    """
    scheme = scheme or SquareScheme()
    width, height = _size(denominator, scheme)
    left, right = _floor(bounds.west, width), -_floor(-bounds.east, width)
    bottom, top = _floor(bounds.south, height), -_floor(-bounds.north, height)
    if (right - left) * (top - bottom) > limit:
        raise UnknownSheet(say("square-too-many", scale=denominator, most=limit), "bbox")
    for row in range(top - 1, bottom - 1, -1):
        for column in range(left, right):
            yield _make(column * width, row * height, denominator, scheme)


def _size(denominator: int, scheme: SquareScheme) -> tuple[int, int]:
    try:
        metres, _ = _SIZES[denominator]
    except KeyError:
        raise UnknownSheet(say("square-scale", scale=denominator)) from None
    rectangular = scheme.rectangular and denominator < 5_000
    return metres * 100, metres * 80 if rectangular else metres * 100


def _scale_by_digits(number: str, digits: int) -> int:
    if digits == 1:
        raise UnknownSheet(say("square-which", number=number), "scale")
    if digits > 2:
        raise UnknownSheet(say("square-digits", number=number), "sheet")
    return 500 if digits == 2 else 5_000


def _centimetres(kilometres: str, offset_km: int) -> Fraction:
    return (Fraction(kilometres) + offset_km) * _KM


def _floor(metres: float, size: int) -> int:
    """Whole sheets below a length; a tenth of a millimetre of float noise below a sheet line counts as on it."""
    exact = Fraction(metres) * 100
    line = round(exact / size)
    return line if abs(exact - line * size) <= Fraction(1, 100) else exact // size


def _make(west: int, south: int, denominator: int, scheme: SquareScheme) -> SquareSheet:
    width, height = _size(denominator, scheme)
    digits = max(_SIZES[denominator][1], 2 if height % 10_000 else 0)
    code = "-".join(
        f"{(value - offset * _KM) / _KM:.{digits}f}"
        for value, offset in ((south, scheme.north_offset_km), (west, scheme.east_offset_km))
    )
    return SquareSheet(code, denominator, scheme.srid, west, south, west + width, south + height)
