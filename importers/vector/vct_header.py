"""What the head of a VCT file says: separator, dimensions, and the coordinate system, put together from its parts.

A head has ellipsoid, central meridian, false easting and the directions of its axes, never a code. Where they name one
of the registered Gauss-Krüger systems it is that; else they are told, and the numbers are weighed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyproj

from importers.batch import Decision
from importers.crs.placement import ZONES_3, ZONES_6
from importers.errors import UnsupportedSource
from layers.crs.names import parse_crs
from layers.errors import UnknownCrs
from layers.sentences import say

_ELLIPSOIDS = (
    (("6378140", "1980", "80", "西安"), "Xi'an 1980"),
    (("6378245", "1954", "54", "北京", "克拉索夫斯基", "krass"), "Beijing 1954"),
    (("298.257222101", "cgcs", "2000"), "CGCS2000"),
)
_GEOGRAPHIC = {"CGCS2000": 4490, "Xi'an 1980": 4610, "Beijing 1954": 4214}
_WITHOUT_ZONE = 21
"""How far behind the first code of a series with zone numbers the series without begins."""
_TOLD = ("datamark", "version", "coordinatesystemtype", "spheroid", "projection", "parameters", "meridian",
         "verticaldatum", "mapscale", "scalem", "scale", "date")  # fmt: skip
_CHINA = range(73, 136)


@dataclass(frozen=True)
class VctHeader:
    """The head's entries by key in small letters, as text."""

    entries: Mapping[str, str]

    @property
    def separator(self) -> str:
        """What parts the values of a line."""
        return self.entries.get("separator", "").strip() or ","

    @property
    def north_first(self) -> bool:
        """Whether the first ordinate is said to point north."""
        return self.entries.get("xaxisdirection", "").upper().startswith("N")

    @property
    def heights(self) -> str | None:
        """The height system named, where coordinates have heights."""
        return self.entries.get("verticaldatum") or None if self.entries.get("dim") == "3" else None

    @property
    def refers_to_lines(self) -> bool | None:
        """Whether areas are said to be made of lines; None where the head does not say so for all."""
        topology = self.entries.get("topo", "")
        return topology != "0" if topology else None

    @property
    def facts(self) -> tuple[str, ...]:
        """What is told of the head."""
        return tuple(
            say("vct-head", key=key, value=self.entries[key]) for key in _TOLD if self.entries.get(key, "").strip()
        )

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What the head decides."""
        if not self.north_first:
            return ()
        return (Decision(say("axis-order"), say("north-first"), "file", (say("vct-x-is-north"),)),)

    def check(self, path: Path) -> None:
        """Refuse what the head says we would misread.

        Raises:
            UnsupportedSource: topology of nodes, or shifted coordinates.
        """
        if (topology := self.entries.get("topo", "0")) not in ("", "0", "1"):
            raise UnsupportedSource(say("vct-topology", file=path.name, topo=topology))
        offset = self.entries.get("offset", "")
        if any(value not in (0.0, None) for value in map(_number, offset.split(self.separator))):
            raise UnsupportedSource(say("vct-offset", file=path.name, offset=offset))

    def crs(self, easting: float | None) -> pyproj.CRS | None:
        """Return the system described; ``easting`` is one of the file's: with a zone number or without."""
        datum = self._datum()
        if datum is None:
            return None
        if self.entries.get("coordinatesystemtype", "").upper().startswith("D"):
            return parse_crs(_GEOGRAPHIC[datum])
        parameters = [_number(text) for text in self.entries.get("parameters", "").split(self.separator)]
        meridian = _meridian(self.entries.get("meridian", ""), parameters)
        if meridian is None or easting is None:
            return None
        prefix = int(easting // 1e6)
        code = _with_zone(datum, meridian, prefix) if prefix else _without_zone(datum, meridian)
        try:
            return parse_crs(code) if code is not None else None
        except UnknownCrs:
            return None

    def _datum(self) -> str | None:
        said = f"{self.entries.get('spheroid', '')} {self.entries.get('parameters', '')}".lower()
        return next((datum for marks, datum in _ELLIPSOIDS if any(mark in said for mark in marks)), None)


def _meridian(said: str, parameters: list[float | None]) -> int | None:
    """Return the central meridian in whole degrees, of China; None where it is not plainly one."""
    for value in (_number(said), parameters[0] if parameters else None):
        if value is not None and value == int(value) and int(value) in _CHINA and int(value) % 3 == 0:
            return int(value)
    return None


def _with_zone(datum: str, meridian: int, zone: int) -> int | None:
    if zone * 3 == meridian and 25 <= zone <= 45:
        return ZONES_3[datum] + zone - 25
    return ZONES_6[datum] + zone - 13 if zone * 6 - 3 == meridian and 13 <= zone <= 23 else None


def _without_zone(datum: str, meridian: int) -> int | None:
    """Return the three-degree system of a meridian: that of six degrees gives the same numbers."""
    zone = meridian // 3
    return ZONES_3[datum] + _WITHOUT_ZONE + zone - 25 if 25 <= zone <= 45 else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
