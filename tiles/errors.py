"""What can go wrong between a tile request and its picture."""

from layers.errors import GeoError
from layers.sentences import say


class TileError(GeoError):
    """The tile cannot be drawn."""


class UnknownGrid(TileError):
    """Unknown tile matrix set."""


class BadGrid(TileError):
    """The tile matrix set definition cannot be used."""


class TileOutside(TileError):
    """The tile lies outside its tile matrix set."""


class BadRendering(TileError):
    """The rendering request is not valid."""

    def __init__(self, parameter: str, detail: str) -> None:
        """Keep the name of the request ``parameter`` at fault, so that a problem document can point at it."""
        super().__init__(say("at-parameter", parameter=parameter, detail=detail))
        self.parameter = parameter


class WindowTooLarge(TileError):
    """The window asked for is too large."""


class PictureTooLarge(TileError):
    """The picture asked for is too large."""


class PictureFailed(TileError):
    """The picture could not be drawn."""


class RasterUnreadable(TileError):
    """A raster file of the layer cannot be read."""


class BadStore(TileError):
    """The address names no store of tiles."""


class BakeRefused(TileError):
    """The tiles cannot be baked as asked."""


class BakeFailed(TileError):
    """Baking stopped before the end."""
