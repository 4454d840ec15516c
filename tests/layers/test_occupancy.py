"""Which ground holds data: never a tile with features called empty, and most empty ones called so."""

import math

import numpy as np
import pytest
import shapely
from sqlalchemy.orm import Session

from layers.frame import Bounds
from layers.occupancy import WORLD, Ground, occupied_cells, read_occupancy
from layers.tables import create_feature_table, index_features, quote
from tests import city


def test_a_box_with_features_is_never_called_empty_and_far_ones_are(session: Session) -> None:
    shapes, rows = city.roads(200)
    layer = city.publish(session, "few_roads", 70, city.ROAD_COLUMNS, shapes, rows, {}, "LineString")
    occupancy = read_occupancy(layer.version.facts.occupied or {})
    tree = shapely.STRtree(shapes)
    called_empty = 0
    for zoom in (10, 13, 15, 17):
        side = WORLD / 2**zoom
        west, south, east, north = shapely.total_bounds(shapes)
        columns = range(math.floor((west + WORLD / 2) / side) - 1, math.floor((east + WORLD / 2) / side) + 2)
        lines = range(math.floor((WORLD / 2 - north) / side) - 1, math.floor((WORLD / 2 - south) / side) + 2)
        for column in list(columns)[:: max(1, len(columns) // 25)]:
            for line in list(lines)[:: max(1, len(lines) // 25)]:
                left, top = -WORLD / 2 + column * side, WORLD / 2 - line * side
                box = Bounds(left, top - side, left + side, top)
                if not occupancy.meets(box):
                    called_empty += 1
                    assert not len(tree.query(shapely.box(*box), predicate="intersects"))
    assert called_empty > 100


def test_what_lies_elsewhere_on_the_globe_is_empty(session: Session) -> None:
    shapes, rows = city.zone()
    layer = city.publish(session, "one_zone", 71, city.ZONE_COLUMNS, shapes, rows, {}, "Polygon")
    occupancy = read_occupancy(layer.version.facts.occupied or {})
    assert not occupancy.meets(Bounds(-1e7, -1e6, -9e6, 1e6))
    assert occupancy.meets(Bounds(-WORLD / 2, -WORLD / 2, WORLD / 2, WORLD / 2))
    assert len(str(layer.version.facts.occupied)) < 4000


def test_a_table_without_geometry_has_no_occupied_ground(session: Session) -> None:
    table = create_feature_table(session, 72, city.ZONE_COLUMNS, 4490)
    index_features(session, table)
    assert occupied_cells(session, table) is None
    city.query(session, f"INSERT INTO {quote(table)} (fid, name) VALUES (1, '无图形')")
    assert occupied_cells(session, table) is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cells_collected_in_parts_hold_every_box_and_little_else(seed: int) -> None:
    random = np.random.default_rng(seed)
    ground, added = Ground(), []
    for reach in (50.0, 4e3, 3e5, 4e6):  # each part wider than the one before: the cells must grow with it
        corner = random.uniform(-reach, reach, (200, 2)) + np.array([1.2e7, 4e6])
        added.append(np.hstack([corner, corner + random.uniform(0, reach / 20, (200, 2))]))
        ground.add(added[-1])
    boxes = np.concatenate(added)
    occupancy = read_occupancy(ground.facts() or {})
    assert max(occupancy.cells.shape) <= 128
    assert all(occupancy.meets(Bounds(*box)) for box in boxes.tolist())
    rows, columns = np.nonzero(occupancy.cells)
    west = (columns + occupancy.column) * occupancy.side - WORLD / 2
    north = WORLD / 2 - (rows + occupancy.row) * occupancy.side
    # a coarser cell is made of finer ones, which their boxes touched: no cell is further than its own side from a box
    near = shapely.box(
        west - occupancy.side, north - 2 * occupancy.side, west + 2 * occupancy.side, north + occupancy.side
    )
    tree = shapely.STRtree(shapely.box(*boxes.T))
    assert len(np.unique(tree.query(near, predicate="intersects")[0])) == len(near)
