"""The imports of the synthetic district, in order, one request each; every text says that it is made up."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geoservice.demo.columns import COLUMNS, text
from geoservice.jobs.import_request import NOTHING_SAID, ImportRequest
from importers.batch import ReadOptions

MADE_UP = {
    "zh": "虚构数据，仅供演示：权利人、地址、高程均为程序生成，并非真实情况。",
    "en": "SYNTHETIC, for demonstration only: every owner, address and height is made up by a program.",
}
SYNTHETIC_LICENCE = "CC0-1.0"
SYNTHETIC_SOURCE = "geoservice: 模拟城区 synthetic district"


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
        (path,), name, kind=kind, title=text(zh, en), description=MADE_UP, department=department, theme=theme,
        licence=SYNTHETIC_LICENCE, attribution=SYNTHETIC_SOURCE, public=True,
        style={**style, "synthetic": True} | ({} if kind else {"columns": COLUMNS}),
        read=read, accuracy_m=accuracy_m, scale=scale,
    )  # fmt: skip
