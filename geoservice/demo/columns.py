"""What the columns of the demo's files mean, for readers of either language."""

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
"""The synthetic district's columns by the short names that such files bear."""


def titles(**columns: tuple[str, str]) -> dict[str, dict[str, str]]:
    """Return titles of columns, each given in Chinese and English."""
    return {name: text(*title) for name, title in columns.items()}


def text(zh: str, en: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh": zh, "en": en}
