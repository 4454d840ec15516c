"""The colours and words of the map: tables only, no logic.

Land-use classes follow GB/T 21010-2017. Their colours are the working convention of land-survey software, made a little
lighter so that names stay readable on top; the standard itself fixes no screen colours.
"""

from typing import NamedTuple


class Symbol(NamedTuple):
    """One row of a legend: a value of the class column, what it means, and its colour."""

    value: str
    zh: str
    en: str
    colour: str


PAPER = "#f6f3ec"
INK = "#2b2a33"
HALO = "rgba(255,253,248,0.92)"
FONT = ("Noto Sans CJK SC Regular", "Noto Sans Regular")
FONT_BOLD = ("Noto Sans CJK SC Bold", "Noto Sans Bold")

LAND_USE_GROUPS = (
    Symbol("01", "耕地", "Cultivated land", "#fbe9a9"),
    Symbol("02", "园地", "Garden and orchard", "#e2c2dc"),
    Symbol("03", "林地", "Forest", "#8fcf9f"),
    Symbol("04", "草地", "Grassland", "#cfe6ab"),
    Symbol("05", "商服用地", "Commerce and services", "#eba79b"),
    Symbol("06", "工矿仓储用地", "Industry, mining, storage", "#cdaa9c"),
    Symbol("07", "住宅用地", "Residential", "#f0b3a8"),
    Symbol("08", "公共管理与公共服务用地", "Public services", "#f2b6c1"),
    Symbol("09", "特殊用地", "Special use", "#cf8a74"),
    Symbol("10", "交通运输用地", "Transport", "#dcdad8"),
    Symbol("11", "水域及水利设施用地", "Water", "#a9d8f2"),
    Symbol("12", "其他土地", "Other land", "#ddc9a3"),
)
"""First-level classes; a second-level code without a colour of its own takes its group's."""

LAND_USE = (
    Symbol("0101", "水田", "Paddy field", "#f8dd8c"),
    Symbol("0102", "水浇地", "Irrigated land", "#fae98a"),
    Symbol("0103", "旱地", "Dry land", "#fdf6bd"),
    Symbol("0201", "果园", "Orchard", "#deb9d5"),
    Symbol("0202", "茶园", "Tea garden", "#d9b4cc"),
    Symbol("0203", "橡胶园", "Rubber plantation", "#d3aac6"),
    Symbol("0204", "其他园地", "Other garden land", "#ead4e6"),
    Symbol("0301", "乔木林地", "Arbor forest", "#79c391"),
    Symbol("0302", "竹林地", "Bamboo forest", "#86c894"),
    Symbol("0303", "红树林地", "Mangrove", "#6fb98f"),
    Symbol("0304", "森林沼泽", "Forest swamp", "#82c3a6"),
    Symbol("0305", "灌木林地", "Shrub land", "#94cf93"),
    Symbol("0306", "灌丛沼泽", "Shrub swamp", "#9fd0ac"),
    Symbol("0307", "其他林地", "Other forest", "#b3dcbc"),
    Symbol("0401", "天然牧草地", "Natural pasture", "#c5e09b"),
    Symbol("0402", "沼泽草地", "Swamp meadow", "#bedcae"),
    Symbol("0403", "人工牧草地", "Artificial pasture", "#cbe5a2"),
    Symbol("0404", "其他草地", "Other grassland", "#d6ebb9"),
    Symbol("0501", "零售商业用地", "Retail", "#ecaa9f"),
    Symbol("0502", "批发市场用地", "Wholesale market", "#e8a396"),
    Symbol("0503", "餐饮用地", "Catering", "#efb2a6"),
    Symbol("0504", "旅馆用地", "Hotels", "#e79f98"),
    Symbol("0505", "商务金融用地", "Business and finance", "#e59a8e"),
    Symbol("0506", "娱乐用地", "Entertainment", "#eeb0a9"),
    Symbol("0507", "其他商服用地", "Other commerce", "#f1bdb3"),
    Symbol("0601", "工业用地", "Industry", "#cbaa9d"),
    Symbol("0602", "采矿用地", "Mining", "#bf9b8c"),
    Symbol("0603", "盐田", "Salt pans", "#d7cfd0"),
    Symbol("0604", "仓储用地", "Storage", "#d5bbaf"),
    Symbol("0701", "城镇住宅用地", "Urban residential", "#efa29b"),
    Symbol("0702", "农村宅基地", "Rural homestead", "#f2bcb4"),
    Symbol("0801", "机关团体用地", "Government", "#efacbb"),
    Symbol("0802", "新闻出版用地", "Press", "#f1b5c2"),
    Symbol("0803", "教育用地", "Education", "#f3bccb"),
    Symbol("0804", "科研用地", "Research", "#edb2c6"),
    Symbol("0805", "医疗卫生用地", "Health", "#f2a9b4"),
    Symbol("0806", "社会福利用地", "Social welfare", "#f4c2cb"),
    Symbol("0807", "文化设施用地", "Culture", "#eba7c0"),
    Symbol("0808", "体育用地", "Sports", "#f0b9bd"),
    Symbol("0809", "公用设施用地", "Utilities", "#f0b4bd"),
    Symbol("0810", "公园与绿地", "Parks and green space", "#a5d584"),
    Symbol("0901", "军事设施用地", "Military", "#c98470"),
    Symbol("0902", "使领馆用地", "Embassies", "#cf8f7d"),
    Symbol("0903", "监教场所用地", "Prisons", "#c48a79"),
    Symbol("0904", "宗教用地", "Religious sites", "#d49a80"),
    Symbol("0905", "殡葬用地", "Cemeteries", "#bfa08f"),
    Symbol("0906", "风景名胜设施用地", "Scenic facilities", "#c6a77f"),
    Symbol("1001", "铁路用地", "Railway", "#d3cdd5"),
    Symbol("1002", "轨道交通用地", "Metro", "#d6d0da"),
    Symbol("1003", "公路用地", "Highway", "#dbdfd2"),
    Symbol("1004", "城镇村道路用地", "Urban and village streets", "#e4e3e1"),
    Symbol("1005", "交通服务场站用地", "Stations and terminals", "#d2d0d6"),
    Symbol("1006", "农村道路", "Farm roads", "#d0cecd"),
    Symbol("1007", "机场用地", "Airport", "#cfd2dc"),
    Symbol("1008", "港口码头用地", "Port", "#c9d3dc"),
    Symbol("1009", "管道运输用地", "Pipeline", "#d8d5cf"),
    Symbol("1101", "河流水面", "River", "#a9d8f2"),
    Symbol("1102", "湖泊水面", "Lake", "#a9d8f2"),
    Symbol("1103", "水库水面", "Reservoir", "#a4d2ef"),
    Symbol("1104", "坑塘水面", "Pond", "#a8c3dd"),
    Symbol("1105", "沿海滩涂", "Coastal flat", "#c2e1ee"),
    Symbol("1106", "内陆滩涂", "Inland flat", "#c2e4f6"),
    Symbol("1107", "沟渠", "Ditch", "#b0d6ef"),
    Symbol("1108", "沼泽地", "Marsh", "#b5d8d5"),
    Symbol("1109", "水工建筑用地", "Hydraulic structures", "#e0a18c"),
    Symbol("1110", "冰川及永久积雪", "Glacier and snow", "#e2eff6"),
    Symbol("1201", "空闲地", "Vacant land", "#e3d8bf"),
    Symbol("1202", "设施农用地", "Facility agriculture", "#e2c597"),
    Symbol("1203", "田坎", "Field ridge", "#e5d9b4"),
    Symbol("1204", "盐碱地", "Saline land", "#dfdccb"),
    Symbol("1205", "沙地", "Sandy land", "#efe0b0"),
    Symbol("1206", "裸土地", "Bare soil", "#dccfc3"),
    Symbol("1207", "裸岩石砾地", "Bare rock", "#cfc7c0"),
)
"""Second-level classes of GB/T 21010-2017."""

PLAN = (
    Symbol("05", "商业服务业用地", "Commerce and services", "#f2958c"),
    Symbol("06", "工业用地", "Industry", "#c8a585"),
    Symbol("0604", "仓储用地", "Storage", "#b9a3cf"),
    Symbol("07", "居住用地", "Residential", "#fbe88f"),
    Symbol("08", "公共管理与公共服务用地", "Public services", "#f3a3c4"),
    Symbol("0809", "公用设施用地", "Utilities", "#9fb4d8"),
    Symbol("0810", "公园绿地", "Parks and green space", "#9fd08a"),
    Symbol("09", "特殊用地", "Special use", "#a8b06a"),
    Symbol("10", "道路与交通设施用地", "Transport", "#d9dadc"),
    Symbol("11", "水域", "Water", "#a9d8f2"),
)
"""What a plan intends, by the beginning of the same codes, in the colours of Chinese planning drawings."""

ROADS = (
    Symbol("motorway", "高速公路", "Motorway", "#f0a35c"),
    Symbol("trunk", "国道、快速路", "Trunk road", "#f5bf71"),
    Symbol("primary", "主干路", "Primary road", "#f9d891"),
    Symbol("secondary", "次干路", "Secondary road", "#fcebbd"),
    Symbol("tertiary", "支路", "Tertiary road", "#fffaf0"),
    Symbol("residential", "街巷", "Street", "#ffffff"),
    Symbol("path", "小路", "Path", "#e6ded0"),
)
ROAD_CASING = {"motorway": "#c0702a", "trunk": "#c98b3a", "primary": "#cfa24c", "secondary": "#cdb67c"}
ROAD_WIDTH = {
    "motorway": 1.5,
    "trunk": 1.3,
    "primary": 1.15,
    "secondary": 0.95,
    "tertiary": 0.75,
    "residential": 0.6,
    "path": 0.25,
}
"""Relative widths; a road without a known class is drawn as a street."""

BUILDINGS = (
    Symbol("residential", "住宅", "Residential", "#dcbd9f"),
    Symbol("commercial", "商业", "Commercial", "#dc9a86"),
    Symbol("industrial", "工业", "Industrial", "#b0a3b8"),
    Symbol("public", "公共", "Public", "#dc9dad"),
    Symbol("heritage", "文物建筑", "Heritage", "#b5694f"),
)
BUILDING = "#cfc0ae"

DEPARTMENT_COLOUR = {
    "base": "#6d7480",
    "planning": "#b5533c",
    "land": "#b98a2f",
    "transport": "#4a6fa5",
    "environment": "#3f8f7a",
    "agriculture": "#5f8f3e",
    "heritage": "#9c3030",
    "geology": "#7d6149",
}
"""What a layer without any other hint is drawn in; a layer of an unknown department is slate."""
SLATE = "#5b6675"

RELIEF = (
    (0.0, "#e3ecd9"),
    (0.2, "#edf0d3"),
    (0.4, "#f5e8c4"),
    (0.6, "#ebcfa3"),
    (0.8, "#d0a985"),
    (1.0, "#f3ece6"),
)
SLOPE = ((0.0, "#f7f4ec"), (5.0, "#f3d9a4"), (15.0, "#e6985b"), (25.0, "#c4533a"), (45.0, "#6d2233"))
"""Legend ramps: share of the height range, and degrees of slope."""
ASPECT = (("N", "#d7301f"), ("E", "#8cc33a"), ("S", "#23a6a6"), ("W", "#5f50aa"), ("N", "#d7301f"))
"""Legend stops of the direction a slope faces; the tiles blend more colours in between."""

DRAWING = (
    Symbol("control", "定位基础", "Control", "#b2432f"),
    Symbol("settlement", "居民地及设施", "Settlement", "#4b4540"),
    Symbol("transport", "交通", "Transport", "#8a6a3a"),
    Symbol("pipeline", "管线", "Pipelines", "#7d4a8f"),
    Symbol("water", "水系", "Water", "#3c86b4"),
    Symbol("boundary", "境界与政区", "Boundaries", "#86648f"),
    Symbol("landform", "地貌", "Landform", "#b07d4f"),
    Symbol("vegetation", "植被与土质", "Vegetation and soil", "#5d9150"),
    Symbol("cadastre", "权属", "Cadastre", "#c25a6a"),
    Symbol("annotation", "注记", "Annotation", "#3a3d48"),
    Symbol("frame", "图廓", "Sheet frame", "#3a3d48"),
)
"""The themes of a survey drawing and the ink of each, after the colours of printed topographic maps."""
DRAWING_FILL = (
    Symbol("settlement", "居民地及设施", "Settlement", "rgba(214,200,184,0.55)"),
    Symbol("water", "水系", "Water", "rgba(185,220,238,0.9)"),
    Symbol("vegetation", "植被与土质", "Vegetation and soil", "rgba(214,232,196,0.5)"),
)
