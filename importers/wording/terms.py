"""What is said about terms, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "encoding": (
        "encoding",
        "文字编码",
    ),
    "axis-order": (
        "axis order",
        "坐标轴次序",
    ),
    "north-first": (
        "north first",
        "北在前",
    ),
    "east-first": (
        "east first",
        "东在前",
    ),
    "counts": (
        "counts",
        "数量",
    ),
    "completeness": (
        "completeness",
        "完整性",
    ),
    "geometry": (
        "geometry",
        "几何",
    ),
    "repairs": (
        "repairs",
        "修复",
    ),
    "duplicates": (
        "duplicates",
        "重复",
    ),
    "operation": (
        "operation",
        "坐标转换",
    ),
    "place": (
        "place",
        "位置",
    ),
    "column-name": (
        "column name",
        "列名",
    ),
    "columns": (
        "columns",
        "列",
    ),
    "content": (
        "content",
        "内容",
    ),
    "alpha": (
        "alpha",
        "透明度",
    ),
    "given-as-option": (
        "given as an option",
        "由选项给出",
    ),
    "units": (
        "units",
        "单位",
    ),
    "conversion": (
        "conversion",
        "格式转换",
    ),
    "placement": (
        "placement",
        "定位",
    ),
    "heights-against": (
        "published heights",
        "已发布的高程",
    ),
    "edge-match": (
        "edge match",
        "接边",
    ),
    "grid": (
        "grid",
        "格网",
    ),
    "voids": (
        "voids",
        "空洞",
    ),
    "coordinate-system": (
        "coordinate system",
        "坐标系",
    ),
    "declared-in-file": (
        "declared in the file",
        "文件中声明",
    ),
    "zone-prefix": (
        "zone prefix",
        "带号",
    ),
    "height-system": (
        "height system",
        "高程系统",
    ),
    "height-unit": (
        "height unit",
        "高程单位",
    ),
    "collar": (
        "collar",
        "边框",
    ),
    "datum": (
        "datum",
        "基准",
    ),
    "the-datum": (
        "the datum",
        "基准",
    ),
    "control-points": (
        "control points",
        "控制点",
    ),
    "datum-operation": (
        "datum operation",
        "基准转换",
    ),
    "kind": (
        "kind",
        "类型",
    ),
    "bands": (
        "bands",
        "波段",
    ),
    "mosaic": (
        "mosaic",
        "镶嵌",
    ),
    "sheet": (
        "sheet",
        "图幅",
    ),
    "capture-date": (
        "capture date",
        "采集日期",
    ),
    "delimiter": (
        "delimiter",
        "分隔符",
    ),
    "codes": (
        "codes",
        "编码",
    ),
    "mask": ("mask", "掩膜"),
    "band": ("band", "普通波段"),
    "metres": ("{metres} m", "{metres}米"),
    "kind-same": ("same", "相同"),
    "kind-projection": ("projection", "换投影"),
    "kind-identity": ("identity", "恒等"),
    "kind-epsg": ("epsg", "EPSG转换"),
    "kind-city": ("city", "本市参数"),
    "kind-approximate": ("approximate", "近似"),
}
