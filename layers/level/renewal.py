"""Small scales renewed after edits: dissolved classes are made anew where something was edited, and nowhere else.

An import dissolves a layer in one pass (``layers.level.levels``). After it, the features about the edited ground are
read again, simplified and dissolved as the import would, and put into the tiles there in the place of what these
showed; of coarser zooms, whose tiles are cells, the pictures they were drawn from are kept (``layers.level.pictures``)
and painted anew in the same ground. So what an edit costs depends on the ground it touches, not on the layer.

A line between two classes that the import simplified otherwise may step by half a pixel where it leaves that ground.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from layers.catalogue import find_layer
from layers.crs.mercator import MERCATOR_SRID, WORLD
from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.edit.edited import joined
from layers.errors import LayerNotFound
from layers.frame import Bounds
from layers.layer import Version
from layers.level.areas import Areas
from layers.level.cells import halve
from layers.level.generalise import Drawn, Shapes
from layers.level.open_tiles import OpenTiles
from layers.level.patching import classes_in, meeting
from layers.level.pictures import blank
from layers.level.plan import ZoomBand, pixel
from layers.level.shapes import Block
from layers.level.square import Square
from layers.level.tile_pictures import DrawnPictures, laid_together
from layers.level.tiles import drawn_cells, quarter
from layers.models import VersionRow
from layers.tables import Statement, quote, quote_column, run
from layers.versions import tell
from layers.views import ALL

Numbers = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]

RENEWAL_LOCK = 4496
MOST_WINDOWS = 128
"""Pieces of edited ground renewed at once; more are joined where they lie together."""
MOST_FEATURES = 20_000
"""Features of a window that are worked on at once."""
PIXELS = 2
"""Windows begin and end on every second pixel of a zoom, at most that far from what was edited."""
MOST_OPEN = 64
"""Tiles held in memory before they are written."""
AROUND = 8
"""Pixels beyond a window in which neighbours, which share boundaries, are looked for."""
WIDE = 64
"""Pixels of a window that is not quartered further."""


class RenewalStopped(Exception):
    """The process ends; another one, or the next start, renews what is left."""


def renew(session: Session, name: str, stop: Callable[[], bool] = lambda: False, *, wait: bool = False) -> bool:
    """Renew a layer's small scales up to its newest edit; the caller commits, which tells all processes.

    False, with nothing done, when nothing is to be renewed or another process is at it (``wait`` waits for it).

    Raises:
        RenewalStopped: ``stop`` said so.
    """
    try:
        layer = find_layer(session, name, ALL)
    except LayerNotFound:
        return False  # removed since
    lock = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    taken = session.execute(text(f"SELECT {lock}(:class, :id)"), {"class": RENEWAL_LOCK, "id": layer.version.id})
    if not wait and not taken.scalar_one():
        return False
    layer = find_layer(session, name, ALL)
    version = layer.version
    if not (version.lags and version.is_renewable):
        return False
    rows = version.edited.rows[version.edited.rows[:, 0] > version.renewed]
    ground = [Bounds(*map(float, row[1:])) for row in joined(rows, MOST_WINDOWS)]
    _Renewal(session, version, stop).run(ground)
    row = session.get_one(VersionRow, version.id, populate_existing=True, with_for_update={"of": VersionRow})
    row.renewed = version.edited.newest
    session.flush()
    tell(session, name)
    return True


class _Renewal:
    """The tables of one version and what is done with them."""

    def __init__(self, session: Session, version: Version, stop: Callable[[], bool]) -> None:
        self.session, self.version, self.stop = session, version, stop
        self.tiles = OpenTiles(session, version)
        self.coarsest, self.finest = self.tiles.level.min_zoom, self.tiles.level.max_zoom
        zooms = range(self.finest, max(self.tiles.base, self.coarsest) - 1, -1)
        self.bands = [ZoomBand(zoom, zoom, "dissolve", False) for zoom in zooms]
        self.to_plane = find_transform(parse_crs(version.srid), parse_crs(MERCATOR_SRID))
        self.to_storage = find_transform(parse_crs(MERCATOR_SRID), parse_crs(version.srid))

    def run(self, ground: list[Bounds]) -> None:
        """Renew the tiles of all zooms that show some ground."""
        changed: set[Square] = set()
        for part in (part for box in ground for part in self._parts(box)):
            if self.stop():
                raise RenewalStopped
            self._renew(part)
            if len(self.tiles) > MOST_OPEN:
                changed |= self.tiles.close()
        changed |= self.tiles.close()
        for _ in range(self.tiles.base - self.coarsest):
            changed = self._coarser(changed)

    def _parts(self, box: Bounds) -> Iterator[Bounds]:
        """Quarter a box until few enough features lie in each part."""
        coarsest = self.bands[-1].max_zoom
        inside = f"geom && {self._degrees(self._window(box, coarsest))}"
        few = f"SELECT FROM {self._table} WHERE {inside} LIMIT {MOST_FEATURES + 1}"
        count = run(self.session, Statement(f"SELECT count(*) FROM ({few}) AS chosen"))[0][0]
        if count <= MOST_FEATURES or max(box.east - box.west, box.north - box.south) <= WIDE * pixel(coarsest):
            yield box
            return
        x, y = (box.west + box.east) / 2, (box.south + box.north) / 2
        for part in (Bounds(box.west, box.south, x, y), Bounds(x, box.south, box.east, y),
                     Bounds(box.west, y, x, box.north), Bounds(x, y, box.east, box.north)):  # fmt: skip
            yield from self._parts(part)

    def _window(self, box: Bounds, zoom: int) -> Bounds:
        """The ground that a zoom shows otherwise: what is lost at it is drawn a pixel wide."""
        return aligned(box, zoom)

    def _renew(self, box: Bounds) -> None:
        """Renew the dissolved zooms, of which the coarser are made."""
        numbers, geometries = self._features(_grown(self._window(box, self.bands[-1].max_zoom), self.bands[-1]))
        everything = _drawable(geometries, self.bands[0].tolerance)
        for band in self.bands:
            zoom, window = band.max_zoom, self._window(box, band.max_zoom)
            near = meeting(geometries, _grown(window, band))
            if 2 * near.sum() > len(near):
                near[:] = True
            shapes = everything if near.all() else _drawable(geometries[near], band.tolerance)
            drawn = shapes.simplified(band.tolerance, band.unit)
            found, classes = drawn.geometries(drawn.there), numbers[near][drawn.there]
            images = _painted(band, numbers[near], drawn) if self.tiles.dimension == 2 else None
            for square in self.tiles.squares(zoom, window, shapely.bounds(found)):
                image = None if images is None else laid_together(images.get((square.column, square.row), ()))
                fresh = classes_in(found, classes, image, square, window)
                self.tiles.get(square).patch(fresh, image, window)

    def _coarser(self, changed: set[Square]) -> set[Square]:
        """Renew the tiles above those whose pictures changed; return those whose own changed too."""
        pictures, above = self.tiles.pictures, set[Square]()
        assert pictures is not None
        for parent in {square.parent for square in changed}:
            before = pictures.get(parent)
            image = blank() if before is None else before.image.copy()
            for place, child in enumerate(parent.children):
                if child in changed and (below := pictures.get(child)):
                    image[quarter(place)] = halve(below.image)
            if before is None or not np.array_equal(image, before.image):
                rows, picture = drawn_cells(parent, image)
                self.tiles.write(parent, rows)
                pictures.put(parent, picture)
                above.add(parent)
        return above

    @property
    def _table(self) -> str:
        return quote(str(self.version.table))

    def _degrees(self, box: Bounds) -> str:
        """SQL of a box (EPSG:3857) in the storage CRS, a little wider."""
        edge = WORLD / 2 - 1
        inside = (max(-edge, min(edge, side)) for side in box)
        west, south, east, north = self.to_storage.bounds(Bounds(*inside))
        grown = (west - 1e-5, south - 1e-5, east + 1e-5, north + 1e-5)
        return f"ST_MakeEnvelope({', '.join(repr(float(side)) for side in grown)}, {int(self.version.srid)})"

    def _features(self, box: Bounds) -> tuple[Numbers, Geometries]:
        """Read class numbers and shapes (EPSG:3857); of large features ``mercator`` was emptied when they were cut."""
        column = self.tiles.column
        value = f"{quote_column(column.name)}::text" if column else "NULL::text"
        rows = run(self.session, Statement(
            f"SELECT {value}, ST_AsBinary(ST_Force2D(mercator)), "
            "CASE WHEN mercator IS NULL THEN ST_AsBinary(ST_Force2D(geom)) END "
            f"FROM {self._table} WHERE geom && {self._degrees(box)} AND NOT ST_IsEmpty(geom)"
        ))  # fmt: skip
        placed = shapely.from_wkb([row[1] and bytes(row[1]) for row in rows]).astype(object)
        large = [number for number, row in enumerate(rows) if row[1] is None]
        if large:
            placed[large] = self.to_plane.geometry(shapely.from_wkb([bytes(rows[number][2]) for number in large]))
        return self.tiles.numbers.of(row[0] for row in rows), placed


def _drawable(geometries: Geometries, least: float) -> Shapes:
    others = geometries.copy()
    others[
        np.isin(shapely.get_type_id(geometries), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    ] = None
    return Shapes.of(Areas.of(geometries), others, least)


def _painted(band: ZoomBand, numbers: Numbers, drawn: Drawn) -> dict[tuple[int, int], list[bytes]]:
    """What areas leave in the pictures of tiles, by column and row, broad areas first."""
    block = Block(np.arange(len(numbers)), numbers, np.ones(len(numbers), bool), drawn.areas, drawn.others)
    pictures = DrawnPictures.of(band, block, drawn)
    found: dict[tuple[int, int], list[bytes]] = {}
    for place in np.argsort(~pictures.broad, kind="stable").tolist():
        key = int(pictures.column[place]), int(pictures.row[place])
        found.setdefault(key, []).append(pictures.bodies[place])
    return found


def _grown(box: Bounds, band: ZoomBand) -> Bounds:
    far = AROUND * pixel(band.max_zoom)
    return Bounds(box.west - far, box.south - far, box.east + far, box.north + far)


def aligned(box: Bounds, zoom: int) -> Bounds:
    """A box (EPSG:3857) grown to every second pixel of a zoom, inside the world."""
    step = PIXELS * pixel(zoom)
    low = [math.floor((side + WORLD / 2) / step) * step - WORLD / 2 for side in (box.west, box.south)]
    high = [math.ceil((side + WORLD / 2) / step) * step - WORLD / 2 for side in (box.east, box.north)]
    return Bounds(low[0], low[1], high[0], high[1])
