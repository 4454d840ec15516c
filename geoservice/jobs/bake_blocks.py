"""What a drawing process of a bake knows, and how it draws the tiles of a block: here, elsewhere, or on Dask."""

import gzip
import tempfile
import weakref
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.orm import Session

from geoservice.database import REQUEST_SETTINGS, Database
from layers.catalogue import find_layer
from layers.frame import Bounds, Frame
from layers.layer import Layer
from layers.sentences import say
from layers.storage import Storage
from layers.storage.bucket import open_storage
from layers.tables import run
from layers.views import ALL
from tiles.archive import shelf
from tiles.archive.archives import Archive, open_archive
from tiles.archive.baking import Drawn
from tiles.archive.blocks import Block
from tiles.errors import BakeFailed
from tiles.grid import Grid, Tile
from tiles.grids import find_grid, offered_grids
from tiles.height import contours, elevation
from tiles.raster import imagery
from tiles.raster.options import RenderOptions
from tiles.vector.statement import VectorTile, tile_statement


@dataclass(frozen=True)
class BakeRequest:
    """What to bake: a layer in a grid, from level to level (0-based), within a box in degrees, drawn how.

    ``options`` are rendering parameters as they stand in an address; ``contours`` bakes an elevation layer's lines.
    """

    layer: str
    grid: str = "WebMercatorQuad"
    first: int | None = None
    last: int | None = None
    box: Bounds | None = None
    contours: bool = False
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Recipe:
    """What a drawing process needs to know; small and picklable."""

    database_url: str = field(repr=False)
    storage: str
    frame: Frame
    grids_dir: Path | None
    request: BakeRequest
    version: int
    revision: int
    earlier: str | None


def draw_block(recipe: Recipe, block: Block) -> Drawn:
    """Draw the tiles of a block, the empty ones left out; in a process of the executor."""
    kitchen = _kitchen(recipe)
    with kitchen.database.session() as session:
        drawn = ((tile, kitchen.draw(session, tile)) for tile in block.tiles(kitchen.grid))
        return [(tile.row, tile.col, body) for tile, body in drawn if body]


@dataclass(frozen=True)
class _Kitchen:
    """A drawing process's parts, opened once."""

    database: Database
    storage: Storage
    layer: Layer
    grid: Grid
    request: BakeRequest
    options: RenderOptions
    earlier: Archive | None

    def draw(self, session: Session, tile: Tile) -> bytes | None:
        """One tile as it is kept: vector tiles gzipped, None for an empty one."""
        if self.earlier is not None and shelf.answers(self.earlier, self.layer.version, self.grid, tile):
            return self.earlier.get(tile)
        if self.layer.kind == "vector":
            statement = tile_statement([self.layer], VectorTile.of(self.grid, tile))
            if statement is None:
                return None
            return _gzipped(bytes(run(session, statement)[0][0] or b""))
        if self.request.contours:
            return _gzipped(contours.draw(self.layer, self.storage, self.grid, tile, self.options).body)
        draw_picture = elevation.draw if self.layer.kind == "elevation" else imagery.draw
        picture = draw_picture(self.layer, self.storage, self.grid, tile, self.options)
        return None if picture.empty else picture.body


@lru_cache(maxsize=4)
def _kitchen(recipe: Recipe) -> _Kitchen:
    tuned = " ".join(f"-c {name}={value}" for name, value in REQUEST_SETTINGS.items())
    url = make_url(recipe.database_url).update_query_dict({"options": tuned})
    database = Database(url.render_as_string(hide_password=False), 1)
    with database.session() as session:
        layer = find_layer(session, recipe.request.layer, ALL)
    if layer.version.id != recipe.version:
        database.engine.dispose()
        raise BakeFailed(say("bake-imported-anew", layer=layer.name))
    grid = find_grid(offered_grids(recipe.frame, recipe.grids_dir), recipe.request.grid)
    options = RenderOptions.parse(dict(recipe.request.options))
    storage = open_storage(recipe.storage, Path(tempfile.gettempdir()))
    earlier = open_archive(storage, recipe.earlier) if recipe.earlier else None
    kitchen = _Kitchen(database, storage, layer, grid, recipe.request, options, earlier)
    weakref.finalize(kitchen, database.engine.dispose)  # its connections end with it
    return kitchen


def _gzipped(body: bytes) -> bytes | None:
    return gzip.compress(body, 6, mtime=0) if body else None


def forget_kitchens() -> None:
    """Close what ``draw_block`` keeps open in this process."""
    _kitchen.cache_clear()
