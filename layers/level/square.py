"""A tile of the default grid as a square of the plane EPSG:3857: what levels cut along."""

from dataclasses import dataclass

from layers.crs.mercator import WORLD

BUFFER_UNITS = 64
"""How far a tile reaches beyond its edge, in 4096ths of its side; 8 pixels at 512."""


@dataclass(frozen=True)
class Square:
    """Zoom, column from the west, row from the north."""

    zoom: int
    column: int
    row: int

    @property
    def side(self) -> float:
        """Its side in metres."""
        return WORLD / 2.0**self.zoom

    @property
    def unit(self) -> float:
        """Spacing of the tile's own lattice in metres."""
        return self.side / 4096

    @property
    def west(self) -> float:
        """Its western edge."""
        return -WORLD / 2 + self.column * self.side

    @property
    def north(self) -> float:
        """Its northern edge."""
        return WORLD / 2 - self.row * self.side

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north, the buffer included."""
        margin, side = self.unit * BUFFER_UNITS, self.side
        return self.west - margin, self.north - side - margin, self.west + side + margin, self.north + margin

    @property
    def quadkey(self) -> str:
        """Which quarter of which quarter of the world it is, digit by digit: tiles of one quarter sort together."""
        bits = range(self.zoom - 1, -1, -1)
        return "".join(str((self.column >> bit & 1) + 2 * (self.row >> bit & 1)) for bit in bits)

    @property
    def parent(self) -> "Square":
        """The tile of the zoom before that holds it."""
        return Square(self.zoom - 1, self.column // 2, self.row // 2)

    @property
    def children(self) -> list["Square"]:
        """The four tiles of the next zoom."""
        return [Square(self.zoom + 1, 2 * self.column + a, 2 * self.row + b) for b in (0, 1) for a in (0, 1)]
