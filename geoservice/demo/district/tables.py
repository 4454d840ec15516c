"""The scene as tables of attributes: what each department's file holds, with the column names such files bear."""

from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoservice.demo.district.layout import HILL
from geoservice.demo.district.names import LAND_USE, holder
from geoservice.demo.district.scene import HEIGHT, SRID, WIDTH, Parcel, Scene, placed, turned
from geoservice.demo.district.terrain import Terrain

SOURCE = "虚构数据 SYNTHETIC"
SEED = 2026


def _frame(columns: dict[str, list[object]], shapes: Sequence[BaseGeometry]) -> gpd.GeoDataFrame:
    columns["来源"] = [SOURCE] * len(shapes)
    return gpd.GeoDataFrame(columns, geometry=[placed(shape) for shape in shapes], crs=SRID)


def parcels(scene: Scene) -> gpd.GeoDataFrame:
    """Return the cadastral parcels, EPSG:4548; field names as national cadastral tables shorten them."""
    rng = np.random.default_rng(SEED)
    ordered = sorted(scene.parcels, key=lambda parcel: (-round(parcel.shape.centroid.y, 1), parcel.shape.centroid.x))
    rows: dict[str, list[object]] = {key: [] for key in ("ZDDM", "DLBM", "DLMC", "QLR", "ZL", "MJ", "QLXZ", "DJSJ")}
    for number, parcel in enumerate(ordered, 1):
        rows["ZDDM"].append(f"411402001001GB{number:05d}")
        rows["DLBM"].append(parcel.code)
        rows["DLMC"].append(LAND_USE[parcel.code])
        rows["QLR"].append(holder(parcel.holder, parcel.place, rng))
        rows["ZL"].append(f"示范区{parcel.place}{int(rng.integers(1, 300))}号")
        rows["MJ"].append(round(parcel.shape.area, 2))
        rows["QLXZ"].append("集体" if parcel.holder == "village" or parcel.code == "0702" else "国有")
        rows["DJSJ"].append(date(2000 + int(rng.integers(3, 26)), int(rng.integers(1, 13)), int(rng.integers(1, 29))))
    return _frame(rows, [parcel.shape for parcel in ordered])


def buildings(scene: Scene, terrain: Terrain) -> gpd.GeoDataFrame:
    """Return the buildings, EPSG:4548, with floors, height above ground and the ground's height."""
    middles = shapely.get_coordinates([building.shape.centroid for building in scene.buildings])
    ground = terrain.at(middles[:, 0], middles[:, 1])
    rng = np.random.default_rng(SEED + 1)
    rows: dict[str, list[object]] = {
        "编号": [f"B{number:05d}" for number in range(1, len(scene.buildings) + 1)],
        "名称": [building.name or None for building in scene.buildings],
        "kind": [building.kind for building in scene.buildings],
        "层数": [building.floors for building in scene.buildings],
        "高度": [round(building.height, 1) for building in scene.buildings],
        "地面高程": [round(float(height), 2) for height in ground],
        "建成年份": [int(rng.integers(1978, 2025)) if b.kind != "heritage" else 1600 for b in scene.buildings],
        "结构": ["钢" if b.kind == "industrial" else "砼" if b.floors > 3 else "砖混" for b in scene.buildings],
    }
    return _frame(rows, [building.shape for building in scene.buildings])


def plan_units(scene: Scene) -> gpd.GeoDataFrame:
    """Return the regulatory plan's units, EPSG:4548: limits a little above what stands there."""
    units = [p for p in scene.parcels if p.shape.area > 2500 and p.code[:2] in ("05", "06", "07", "08")]
    tree = shapely.STRtree([building.shape for building in scene.buildings])
    rows: dict[str, list[object]] = {
        key: [] for key in ("地块编号", "用地代码", "用地名称", "容积率", "建筑密度", "限高", "绿地率")
    }
    for number, unit in enumerate(units, 1):
        standing = [scene.buildings[index] for index in tree.query(unit.shape, predicate="contains")]
        floor_area = sum(building.shape.area * building.floors for building in standing)
        covered = sum(building.shape.area for building in standing)
        rows["地块编号"].append(f"SF-{number:03d}")
        rows["用地代码"].append(unit.code)
        rows["用地名称"].append(LAND_USE[unit.code])
        rows["容积率"].append(round(np.ceil(floor_area / unit.shape.area * 11) / 10, 1))
        rows["建筑密度"].append(round(np.ceil(covered / unit.shape.area * 22) * 5, 0))
        rows["限高"].append(float(np.ceil(max((b.height for b in standing), default=9.0) / 12) * 12))
        rows["绿地率"].append(30.0 if unit.code == "0701" else 65.0 if unit.code == "0810" else 20.0)
    return _frame(rows, [unit.shape for unit in units])


def roads(scene: Scene) -> gpd.GeoDataFrame:
    """Return the road axes, EPSG:4548."""
    rows: dict[str, list[object]] = {
        "name": [road.name for road in scene.roads],
        "name_en": [road.name_en for road in scene.roads],
        "class": [road.kind for road in scene.roads],
        "width_m": [road.width for road in scene.roads],
        "lanes": [max(1, int(road.width // 5)) for road in scene.roads],
        "surface": ["土路" if road.kind == "path" else "沥青" for road in scene.roads],
    }
    return _frame(rows, [road.axis for road in scene.roads])


def water(scene: Scene) -> gpd.GeoDataFrame:
    """Return the water surfaces, EPSG:4548."""
    rows: dict[str, list[object]] = {
        "name": [water.name for water in scene.water],
        "name_en": [water.name_en for water in scene.water],
        "dlbm": [water.code for water in scene.water],
        "area_m2": [round(water.shape.area, 1) for water in scene.water],
    }
    return _frame(rows, [water.shape for water in scene.water])


def heritage(scene: Scene) -> gpd.GeoDataFrame:
    """Return the relics and their protection and control zones, EPSG:4548."""
    zones = {"relic": "文物本体", "protection": "保护范围", "control": "建设控制地带"}
    order = {"control": 0, "protection": 1, "relic": 2}
    sites = sorted(scene.sites, key=lambda site: order[site.zone])
    rows: dict[str, list[object]] = {
        "Name": [site.name if site.zone == "relic" else f"{site.name}{zones[site.zone]}" for site in sites],
        "label": [site.name if site.zone == "relic" else None for site in sites],
        "label_en": [site.name_en if site.zone == "relic" else None for site in sites],
        "name_en": [site.name_en for site in sites],
        "级别": [site.level for site in sites],
        "年代": [site.period for site in sites],
        "区划": [zones[site.zone] for site in sites],
    }
    return _frame(rows, [site.shape for site in sites])


def boreholes(terrain: Terrain) -> gpd.GeoDataFrame:
    """Return geological boreholes, EPSG:4490: mouth height, depth, groundwater, what was met at the bottom."""
    rng = np.random.default_rng(SEED + 2)
    x, y = rng.uniform(60, WIDTH - 60, 64), rng.uniform(60, HEIGHT - 60, 64)
    mouth = terrain.at(x, y)
    summit = turned(np.array([HILL]))[0]
    rocky = np.hypot(x - summit[0], y - summit[1]) < 420
    rows: dict[str, list[object]] = {
        "孔号": [f"ZK{number:03d}" for number in range(1, 65)],
        "孔口高程": [round(float(value), 2) for value in mouth],
        "孔深": [round(float(value), 1) for value in np.where(rocky, rng.uniform(12, 30, 64), rng.uniform(30, 80, 64))],
        "地下水埋深": [round(float(value), 2) for value in np.clip(4.5 + 0.6 * (mouth - 47), 2, 40)],
        "终孔岩性": [
            str(rng.choice(["灰岩", "白云质灰岩"] if rock else ["粉质黏土", "粉砂", "细砂"])) for rock in rocky
        ],
    }
    return _lonlat(_frame(rows, list(np.asarray(shapely.points(x, y)))))


def air_stations(scene: Scene) -> gpd.GeoDataFrame:
    """Return air-quality monitors, EPSG:4490, with a day's means in micrograms per cubic metre."""
    rng = np.random.default_rng(SEED + 3)
    places = (
        (300, 1500, "示范一中"),
        (1250, 360, "书院街"),
        (1620, 1520, "市民中心"),
        (2050, 700, "工业园"),
        (620, 560, "古城"),
        (2700, 480, "柳林村"),
        (2800, 1650, "芒岭"),
        (2650, 1150, "滨河公园"),
    )
    dirt = np.array([62, 66, 64, 88, 71, 58, 37, 49])
    rows: dict[str, list[object]] = {
        "站名": [name for _, _, name in places],
        "PM25": [int(value) for value in dirt],
        "PM10": [int(value) for value in dirt * 1.6 + rng.integers(0, 12, 8)],
        "NO2": [int(value) for value in rng.integers(14, 52, 8)],
        "监测日期": ["2025-11-20"] * len(places),
    }
    return _lonlat(_frame(rows, [shapely.Point(x, y) for x, y, _ in places]))


def _lonlat(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    degrees = table.to_crs(4490)
    degrees["经度"] = degrees.geometry.x.round(8)
    degrees["纬度"] = degrees.geometry.y.round(8)
    return degrees


def crops(scene: Scene) -> list[Parcel]:
    """Return the parcels under cultivation."""
    return [parcel for parcel in scene.parcels if parcel.code[:2] in ("01", "02")]
