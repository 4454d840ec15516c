"""The topographic drawing at 1:2000 as a CASS user would hand it in: DXF R2000 in GBK, codes in XDATA, no CRS inside.

Coordinates are those of CGCS2000 / 3-degree Gauss-Kruger zone 39 with the zone number before the easting (EPSG:4527),
which the file does not say: whoever imports it must. Layers and codes are SouthCASS's.
"""

from pathlib import Path

import contourpy
import ezdxf
import numpy as np
import shapely
from ezdxf.document import Drawing
from ezdxf.entities import DXFGraphic
from shapely.geometry.base import BaseGeometry

from geoservice.demo.district.scene import EXTENT, HEIGHT, ORIGIN, WIDTH, Array, Building, Scene
from geoservice.demo.district.tables import crops
from geoservice.demo.district.terrain import CELL, Terrain

ZONE = 39_000_000
CONTOUR_STEP, INDEX_STEP = 2.0, 10.0
LAYERS = {
    "KZD": 1,
    "GCD": 1,
    "JMD": 6,
    "DLSS": 4,
    "SXSS": 5,
    "DGX": 2,
    "ZBTZ": 3,
    "JZD": 1,
    "ZJ": 7,
    "TK": 4,
}
ROAD_CODES = {"path": "164300", "residential": "164400", "tertiary": "164400"}
WATER_CODES = {"1101": "181101", "1102": "182100", "1104": "182401"}


def write_drawing(scene: Scene, terrain: Terrain, path: Path) -> None:
    """Write the drawing; the same bytes on every run."""
    before = ezdxf.options.write_fixed_meta_data_for_testing
    ezdxf.options.write_fixed_meta_data_for_testing = True
    try:
        document = ezdxf.new("R2000", setup=False)
        document.encoding = "gbk"
        document.appids.new("SOUTH")
        document.styles.new("HZ", dxfattribs={"font": "simsun.ttf"})
        for name, colour in LAYERS.items():
            document.layers.new(name, dxfattribs={"color": colour})
        sheet = _Sheet(document)
        _draw_all(sheet, scene, terrain)
        document.saveas(path)
    finally:
        ezdxf.options.write_fixed_meta_data_for_testing = before


class _Sheet:
    """The model space with CASS's habits: every entity bears its code."""

    def __init__(self, document: Drawing) -> None:
        self.space = document.modelspace()
        block = document.blocks.new("GC200")
        block.add_circle((0, 0), 0.5)

    def line(self, points: Array, layer: str, code: str, *, closed: bool = False, z: float | None = None) -> None:
        attributes = {"layer": layer} | ({"elevation": z} if z is not None else {})
        self._coded(self.space.add_lwpolyline(_grid(points), close=closed, dxfattribs=attributes), code)

    def area(self, shape: BaseGeometry, layer: str, code: str) -> None:
        for part in shapely.get_parts(shapely.get_parts(shape)):
            for ring in (part.exterior, *part.interiors):
                self.line(np.asarray(ring.coords)[:-1], layer, code, closed=True)

    def point(self, x: float, y: float, z: float, layer: str, code: str) -> None:
        east, north = _grid(np.array([[x, y]]))[0]
        self._coded(self.space.add_blockref("GC200", (east, north, z), dxfattribs={"layer": layer}), code)

    def text(self, x: float, y: float, words: str, layer: str, code: str, height: float = 4.0) -> None:
        east, north = _grid(np.array([[x, y]]))[0]
        attributes = {"layer": layer, "height": height, "style": "HZ", "insert": (east, north)}
        self._coded(self.space.add_text(words, dxfattribs=attributes), code)

    @staticmethod
    def _coded(entity: DXFGraphic, code: str) -> None:
        entity.set_xdata("SOUTH", [(1000, code)])


def _grid(points: Array) -> list[tuple[float, float]]:
    """Return drawing coordinates to the millimetre: the zone's number stands before the easting."""
    placed = np.round(points[:, :2] + np.array([ORIGIN[0] + ZONE, ORIGIN[1]]), 3)
    return [(float(east), float(north)) for east, north in placed]


def _draw_all(sheet: _Sheet, scene: Scene, terrain: Terrain) -> None:
    for building in scene.buildings:
        _draw_house(sheet, building)
    for road in scene.roads:
        sheet.area(road.area.intersection(EXTENT), "DLSS", ROAD_CODES.get(road.kind, "163210"))
        middle = road.axis.interpolate(0.5, normalized=True)
        sheet.text(middle.x, middle.y, road.name, "ZJ", "164400", 6.0)
    for water in scene.water:
        sheet.area(water.shape, "SXSS", WATER_CODES[water.code])
        middle = water.shape.representative_point()
        sheet.text(middle.x, middle.y, water.name, "SXSS", WATER_CODES[water.code], 5.0)
    for field in crops(scene):
        sheet.area(field.shape, "ZBTZ", "211201")
    for parcel in scene.parcels:
        if parcel.code in ("0701", "0702", "0801", "0803", "0805", "0601"):
            sheet.area(parcel.shape, "JZD", "300000")
    _draw_heights(sheet, terrain)
    sheet.area(EXTENT, "TK", "120100")


def _draw_house(sheet: _Sheet, building: Building) -> None:
    code = "141500" if building.floors == 1 and building.kind == "industrial" else "141101"
    sheet.area(building.shape, "JMD", code)
    if building.shape.area > 150:
        frame = "混" if building.floors < 7 else "砼"
        middle = building.shape.representative_point()
        sheet.text(middle.x - 3, middle.y - 1.5, f"{frame}{building.floors}", "JMD", code, 3.0)


def _draw_heights(sheet: _Sheet, terrain: Terrain) -> None:
    rows, columns = terrain.heights.shape
    x = terrain.west + (np.arange(columns) + 0.5) * CELL
    y = terrain.north - (np.arange(rows) + 0.5) * CELL
    inside_x, inside_y = (x > 0) & (x < WIDTH), (y > 0) & (y < HEIGHT)
    heights = terrain.heights[np.ix_(inside_y, inside_x)].astype(np.float64)
    lines = contourpy.contour_generator(x[inside_x], y[inside_y], heights)
    for level in np.arange(np.ceil(heights.min() / 2) * 2, heights.max(), CONTOUR_STEP):
        code = "201102" if level % INDEX_STEP == 0 else "201101"
        for line in lines.lines(float(level)):
            if len(line) > 8:
                sheet.line(np.asarray(line), "DGX", code, z=float(level))
    rng = np.random.default_rng(2000)
    for west in np.arange(30, WIDTH, 90):
        for south in np.arange(30, HEIGHT, 90):
            spot = np.array([west, south]) + rng.uniform(-25, 25, 2)
            z = round(float(terrain.at(spot[:1], spot[1:])[0]), 2)
            sheet.point(float(spot[0]), float(spot[1]), z, "GCD", "202101")
            sheet.text(float(spot[0]) + 1, float(spot[1]), f"{z:.1f}", "GCD", "202101", 3.0)
    for number, (east, north) in enumerate(((150, 1950), (1500, 990), (2900, 110), (2790, 1640)), 1):
        z = round(float(terrain.at(np.array([east]), np.array([north]))[0]), 3)
        sheet.point(east, north, z, "KZD", "131100")
        sheet.text(east + 3, north, f"示范{number} {z:.3f}", "KZD", "131100", 4.0)
