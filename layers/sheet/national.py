"""Map sheets of the national series, GB/T 13989-2012: code to bounds and back, in whole numbers.

Every sheet is a subdivision of the international 1:1 000 000 sheet (6 degrees x 4 degrees). All sheet lines of all
eleven scales are whole milliarcseconds (the 1:500 sheet is 9375 x 6250), so everything here is integer arithmetic: with
floats, between a third and two thirds of the corner points of the larger scales come out one sheet off.

A sheet is half open: a point on its south or west edge belongs to it, one on its north or east edge to the neighbour.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from layers.errors import BadQuery
from layers.frame import Bounds
from layers.sentences import say

MAS = 3_600_000
"""Milliarcseconds in a degree."""

Degrees = int | float | str | Decimal | Fraction
Ratio = tuple[int, int]

_WIDTH_1M = 6 * MAS
_HEIGHT_1M = 4 * MAS
_SNAP = Fraction(MAS, 10**9)  # 1e-9 degree: float noise around a sheet line, 0.1 mm on the ground
LAST_BAND = 15  # north of 60 degrees the 1:1M sheets are joined in pairs; China ends in band N


class UnknownSheet(BadQuery):
    """The sheet is not one of the scheme, or the scale or place has none."""


@dataclass(frozen=True)
class SheetScale:
    """One scale of the series.

    ``divisions`` is the number of rows, and of columns, in a 1:1M sheet; ``digits`` how many digits each takes.
    """

    denominator: int
    letter: str
    divisions: int
    digits: int

    @property
    def width(self) -> int:
        """Width of a sheet in milliarcseconds."""
        return _WIDTH_1M // self.divisions

    @property
    def height(self) -> int:
        """Height of a sheet in milliarcseconds."""
        return _HEIGHT_1M // self.divisions


SERIES = (
    SheetScale(1_000_000, "A", 1, 0),
    SheetScale(500_000, "B", 2, 3),
    SheetScale(250_000, "C", 4, 3),
    SheetScale(100_000, "D", 12, 3),
    SheetScale(50_000, "E", 24, 3),
    SheetScale(25_000, "F", 48, 3),
    SheetScale(10_000, "G", 96, 3),
    SheetScale(5_000, "H", 192, 3),
    SheetScale(2_000, "I", 576, 3),
    SheetScale(1_000, "J", 1152, 4),
    SheetScale(500, "K", 2304, 4),
)
_BY_DENOMINATOR = {scale.denominator: scale for scale in SERIES}
_BY_LETTER = {scale.letter: scale for scale in SERIES}


@dataclass(frozen=True, order=True)
class Sheet:
    """A sheet: its code and its exact edges in milliarcseconds (degrees x 3 600 000), east and north positive."""

    code: str
    scale: int
    west: int
    south: int
    east: int
    north: int

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in degrees; each the float nearest to the exact value."""
        return Bounds(self.west / MAS, self.south / MAS, self.east / MAS, self.north / MAS)

    @property
    def exact_bounds(self) -> tuple[Fraction, Fraction, Fraction, Fraction]:
        """West, south, east, north in degrees as exact fractions."""
        west, south, east, north = (Fraction(value, MAS) for value in (self.west, self.south, self.east, self.north))
        return west, south, east, north

    def neighbour(self, east: int = 0, north: int = 0) -> "Sheet":
        """Return the sheet so many steps east and north (negative: west, south), across 1:1M sheets too."""
        series = scale_of(self.scale)
        return sheet_from_origin(self.west + east * series.width, self.south + north * series.height, series)

    def to_text(self) -> str:
        """Return one line for a person: code, scale and edges in degrees, minutes and seconds."""
        west, south, east, north = (degrees_text(value) for value in (self.west, self.south, self.east, self.north))
        return f"{self.code}  1:{self.scale}  {west} .. {east} E, {south} .. {north} N"


def degrees_text(mas: int) -> str:
    """Write milliarcseconds as degrees, minutes, seconds without loss: ``114°33'45"``, ``114°33'43.125"``."""
    sign, mas = ("-", -mas) if mas < 0 else ("", mas)
    seconds, thousandths = divmod(mas, 1000)
    fraction = f".{thousandths:03d}".rstrip("0") if thousandths else ""
    return f"{sign}{seconds // 3600}°{seconds // 60 % 60:02d}'{seconds % 60:02d}{fraction}\""


def scale_of(denominator: int) -> SheetScale:
    """Return the scale of the series with this denominator.

    Raises:
        UnknownSheet: the series has no such scale.
    """
    try:
        return _BY_DENOMINATOR[denominator]
    except KeyError:
        known = ", ".join(f"1:{scale.denominator}" for scale in SERIES)
        raise UnknownSheet(say("sheet-scale", scale=denominator, known=known), "scale") from None


def sheet_at(longitude: Degrees, latitude: Degrees, denominator: int) -> Sheet:
    """Return the sheet that holds a point (degrees east, north; any number or a decimal string).

    A float within 1e-9 degree of a sheet line is taken to lie on it.

    Raises:
        UnknownSheet: no such scale, or the point lies outside 0..180 E, 0..60 N.
    """
    series = scale_of(denominator)
    column = index_of(milliarcseconds(longitude, "longitude"), series.width)
    row = index_of(milliarcseconds(latitude, "latitude"), series.height)
    if not (0 <= column < 30 * series.divisions and 0 <= row < LAST_BAND * series.divisions):
        raise UnknownSheet(
            say("sheet-point-outside", longitude=longitude, latitude=latitude),
            "point",
        )
    return sheet_from_origin(column * series.width, row * series.height, series)


_CODE = re.compile(r"([A-O])([3-6]\d)(?:([B-K])(\d{3,4})(\d{3,4}))?")
_NINTHS = re.compile(r"(.+H\d{6})-([1-9])")


def find_sheet(code: str) -> Sheet:
    """Read a code such as ``I50G038027``; case and surrounding space do not matter.

    The form ``H49H192097-5`` (a ninth of a 1:5000 sheet, counted from the north-west, row by row) is read as the 1:2000
    sheet it means; it is never written.

    Raises:
        UnknownSheet: it is not a code of the scheme; the message says which part is wrong.
    """
    text = code.strip().upper()
    if ninth := _NINTHS.fullmatch(text):
        return _ninth(find_sheet(ninth[1]), int(ninth[2]))
    match = _CODE.fullmatch(text)
    if match is None or not 31 <= int(match[2]) <= 60:
        raise UnknownSheet(
            say("sheet-code", code=code),
            "sheet",
        )
    series = _BY_LETTER[match[3] or "A"]
    row, column = _row_and_column(code, match, series)
    south = (ord(match[1]) - ord("A")) * _HEIGHT_1M + (series.divisions - row) * series.height
    west = (int(match[2]) - 31) * _WIDTH_1M + (column - 1) * series.width
    return Sheet(text, series.denominator, west, south, west + series.width, south + series.height)


def _row_and_column(code: str, match: re.Match[str], series: SheetScale) -> tuple[int, int]:
    if not match[3]:
        return 1, 1
    if len(match[4]) != series.digits or len(match[5]) != series.digits:
        raise UnknownSheet(
            say("sheet-code-digits", code=code, letter=series.letter, scale=series.denominator, digits=series.digits),
            "sheet",
        )
    row, column = int(match[4]), int(match[5])
    if not (1 <= row <= series.divisions and 1 <= column <= series.divisions):
        raise UnknownSheet(say("sheet-code-range", code=code, scale=series.denominator, most=series.divisions), "sheet")
    return row, column


def milliarcseconds(value: Degrees, name: str) -> Ratio:
    """Return degrees as an exact ratio of milliarcseconds.

    Raises:
        UnknownSheet: it is no number, naming the parameter.
    """
    try:
        top, bottom = value.as_integer_ratio() if isinstance(value, float) else Fraction(value).as_integer_ratio()
    except (ValueError, OverflowError, TypeError, ZeroDivisionError):
        raise UnknownSheet(say("not-degrees", given=value), name) from None
    return top * MAS, bottom


def index_of(value: Ratio, size: int) -> int:
    """Floor to whole sheets; what lies within 1e-9 degree below a sheet line counts as on it."""
    top, bottom = value
    whole, rest = divmod(top, bottom * size)
    return whole + 1 if (bottom * size - rest) * _SNAP.denominator <= _SNAP.numerator * bottom else whole


def sheet_from_origin(west: int, south: int, series: SheetScale) -> Sheet:
    """Name the sheet whose south-west corner this is."""
    band, up = divmod(south, _HEIGHT_1M)
    zone, along = divmod(west, _WIDTH_1M)
    if not (0 <= band < LAST_BAND and 0 <= zone < 30):
        raise UnknownSheet(say("sheet-outside"), "sheet")
    code = f"{chr(ord('A') + band)}{zone + 31}"
    if series.divisions > 1:
        row, column = series.divisions - up // series.height, along // series.width + 1
        code += f"{series.letter}{row:0{series.digits}d}{column:0{series.digits}d}"
    return Sheet(code, series.denominator, west, south, west + series.width, south + series.height)


def _ninth(parent: Sheet, number: int) -> Sheet:
    series = scale_of(2_000)
    down, along = divmod(number - 1, 3)
    return sheet_from_origin(parent.west + along * series.width, parent.south + (2 - down) * series.height, series)
