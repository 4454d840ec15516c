"""A small dense city made by rule, for tests of levels and tiles: gapless parcels, roads, points, one huge area."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import shapely
from sqlalchemy.orm import Session

from layers.crs.names import parse_crs
from layers.crs.operations import find_transform
from layers.frame import Bounds
from layers.layer import Column, Layer, Version, VersionFacts
from layers.level.levels import build_levels, too_wide, without
from layers.level.spool import spooled
from layers.occupancy import occupied_cells
from layers.tables import Statement, create_feature_table, index_features, quote, quote_column, run, table_extent

WEST, SOUTH = 12_890_000.0, 4_090_000.0
CORNER = np.array([WEST, SOUTH])
"""South-west corner of the city in EPSG:3857."""
PARCEL = 60.0
SIDE = 160
PARCEL_COLUMNS = (Column("code", "编码", "text"), Column("kind", "地类", "text"), Column("area", "面积", "float"))
ROAD_COLUMNS = (Column("name", "名称", "text"), Column("kind", "等级", "text"))
POINT_COLUMNS = (Column("name", "名称", "text"), Column("weight", "重要性", "integer"))
ZONE_COLUMNS = (Column("name", "名称", "text"),)


def parcels(side: int = SIDE, seed: int = 1) -> tuple[np.ndarray, list[tuple[object, ...]]]:
    """A mesh of side x side quadrangles with bent common edges, and their code, kind and area."""
    rng = np.random.default_rng(seed)
    step = np.arange(side + 1, dtype=float)
    x, y = np.meshgrid(step, step)
    nodes = np.stack([x, y], axis=-1) + rng.uniform(-0.3, 0.3, (side + 1, side + 1, 2))
    across = _between(nodes[:, :-1], nodes[:, 1:], rng)
    along = _between(nodes[:-1, :], nodes[1:, :], rng)
    rings = []
    for row in range(side):
        for column in range(side):
            south, north = across[row, column], across[row + 1, column][::-1]
            east, west = along[row, column + 1], along[row, column][::-1]
            corners = nodes[row, column], nodes[row, column + 1], nodes[row + 1, column + 1], nodes[row + 1, column]
            ring = [corners[0], *south, corners[1], *east, corners[2], *north, corners[3], *west]
            rings.append(np.array(ring) * PARCEL + (WEST, SOUTH))
    shapes = shapely.polygons(rings)
    kinds = rng.choice(
        ["0101", "0102", "0103", "0201", "0702", "1101"], len(shapes), p=[0.1, 0.4, 0.2, 0.1, 0.15, 0.05]
    )
    rows = [
        (f"P{n:06d}", str(kind), float(a)) for n, (kind, a) in enumerate(zip(kinds, shapely.area(shapes), strict=True))
    ]
    return shapes, rows


def _between(start: np.ndarray, end: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Three points on every edge, each a little off the straight line; the same for both sides."""
    share = np.array([0.25, 0.5, 0.75])[:, None]
    points = start[..., None, :] * (1 - share) + end[..., None, :] * share
    return points + rng.normal(0, 0.02, points.shape)


def roads(count: int = 3000, seed: int = 2) -> tuple[np.ndarray, list[tuple[object, ...]]]:
    """Winding lines, a tenth of them of the first class."""
    rng = np.random.default_rng(seed)
    shapes = []
    for _ in range(count):
        steps = np.cumsum(rng.normal(0, 25, (40, 2)), axis=0)
        shapes.append(shapely.LineString(CORNER + rng.uniform(0, PARCEL * SIDE, 2) + steps))
    kinds = rng.choice(["国道", "县道", "村道"], count, p=[0.1, 0.3, 0.6])
    return np.array(shapes, dtype=object), [(f"路{n}", str(kind)) for n, kind in enumerate(kinds)]


def points(count: int = 30_000, seed: int = 3) -> tuple[np.ndarray, list[tuple[object, ...]]]:
    """Points crowded in the middle, a few of them important."""
    rng = np.random.default_rng(seed)
    at = CORNER + rng.normal(PARCEL * SIDE / 2, 1200, (count, 2))
    weights = rng.zipf(1.7, count).clip(1, 100_000)
    return shapely.points(at), [(f"点{n}", int(weight)) for n, weight in enumerate(weights)]


def zone(vertices: int = 6000) -> tuple[np.ndarray, list[tuple[object, ...]]]:
    """One area of very many vertices with a hole."""
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radius = 4000 + 300 * np.sin(9 * angle) + 40 * np.sin(311 * angle)
    centre = np.array([WEST, SOUTH]) + PARCEL * SIDE / 2
    shell = centre + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    hole = centre + np.column_stack([800 * np.cos(angle[::20]), 800 * np.sin(angle[::20])])
    return np.array([shapely.Polygon(shell, [hole])], dtype=object), [("分洪区",)]


def publish(
    session: Session,
    name: str,
    number: int,
    columns: Sequence[Column],
    shapes: np.ndarray,
    rows: Sequence[tuple[object, ...]],
    style: dict[str, object],
    geometry_type: str,
) -> Layer:
    """Fill a feature table, build its levels, and return the layer as the catalogue would."""
    table = create_feature_table(session, number, columns, 4490)
    to_degrees = find_transform(parse_crs(3857), parse_crs(4490))
    stored = shapely.to_wkb(shapely.set_srid(to_degrees.geometry(shapes), 4490), include_srid=True)
    plane = shapely.to_wkb(shapely.set_srid(shapes, 3857), include_srid=True)
    names = ", ".join(quote_column(column.name) for column in columns)
    driver = session.connection().connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quote(table)} (fid, {names}, geom, mercator) FROM STDIN") as copy,
    ):
        for fid, (row, geom, mercator) in enumerate(zip(rows, stored, plane, strict=True), 1):
            copy.write_row((fid, *row, geom.hex(), mercator.hex()))
    index_features(session, table)
    wide = too_wide(session, table, columns, style, spooled(session, table, None))
    levels = build_levels(session, table, without(columns, wide), style)
    facts = VersionFacts(
        srid=4490,
        table=table,
        geometry_type=geometry_type,
        columns=tuple(columns),
        levels=levels,
        too_wide=wide,
        occupied=occupied_cells(session, table),
    )
    version = Version(number, 1, 0, datetime.now(UTC), table_extent(session, table), len(shapes), None, facts)
    return Layer(number, name, "vector", {}, {}, "land", "", True, "", "", style, version, (1,))


def tile_numbers(zoom: int, x: float, y: float) -> tuple[int, int]:
    """Row and column of the Web Mercator tile that holds a point (EPSG:3857)."""
    side = 40075016.685578488 / 2**zoom
    return int((20037508.342789244 - y) // side), int((x + 20037508.342789244) // side)


def query(session: Session, text: str, **params: object) -> list[tuple[object, ...]]:
    """Rows of a statement."""
    return [tuple(row) for row in run(session, Statement(text, params))]


def city_bounds() -> Bounds:
    """Where the parcels lie, EPSG:3857."""
    return Bounds(WEST, SOUTH, WEST + PARCEL * SIDE, SOUTH + PARCEL * SIDE)
