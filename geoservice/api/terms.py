"""The names that documents give their members, as readers of the pages know them: mostly tables."""

from collections.abc import Mapping
from typing import Any

CHINESE = {
    "accuracy_m": "精度（米）",
    "attribution": "署名",
    "bounds": "范围",
    "by": "由谁",
    "captured": "采集日期",
    "checks": "检查",
    "code": "编码",
    "collections": "图层",
    "columns": "字段",
    "completeness": "完整性",
    "conformsTo": "符合的标准",
    "coordinate system": "坐标系",
    "counts": "数量",
    "created": "时间",
    "crs": "坐标系",
    "dataType": "内容",
    "datum operation": "坐标转换",
    "decisions": "决定及其依据",
    "department": "部门",
    "description": "说明",
    "detail": "详情",
    "done": "处理",
    "duplicates": "重复",
    "encoding": "文字编码",
    "evidence": "依据",
    "examples": "示例",
    "extent": "范围",
    "finished": "结束",
    "format": "格式",
    "geometry": "几何",
    "heights": "高程",
    "height_system": "高程系统",
    "id": "编号",
    "jobs": "任务",
    "keywords": "关键词",
    "kept": "保留",
    "key": "存放位置",
    "kind": "类型",
    "largest_scale": "最大可用比例尺",
    "layer": "图层",
    "license": "许可",
    "links": "链接",
    "merged": "合并",
    "maxTileCol": "最大列",
    "maxTileRow": "最大行",
    "message": "消息",
    "minTileCol": "最小列",
    "minTileRow": "最小行",
    "name": "名称",
    "notes": "说明",
    "operation": "坐标转换",
    "operation_note": "转换说明",
    "operations": "坐标转换",
    "others": "其他图层",
    "outcome": "结果",
    "parts": "部分",
    "place": "位置",
    "problem": "问题",
    "progress": "进度",
    "read": "读入",
    "refusals": "拒绝原因",
    "refused": "拒绝",
    "repaired": "修复",
    "repairs": "修复",
    "resolution_m": "分辨率（米）",
    "rows": "行",
    "scale": "比例尺",
    "scale_why": "比例尺依据",
    "seconds": "用时（秒）",
    "sha256": "SHA-256",
    "size": "大小（字节）",
    "source_layer": "源图层",
    "sources": "来源文件",
    "split": "拆分",
    "started": "开始",
    "state": "状态",
    "status": "状态",
    "storageCrs": "存储坐标系",
    "theme": "专题",
    "tileMatrix": "级别",
    "tileMatrixSetId": "网格",
    "tileMatrixSetLimits": "各级范围",
    "tileMatrixSetURI": "网格定义",
    "tilesetType": "类型",
    "title": "标题",
    "type": "类型",
    "units": "单位",
    "value": "值",
    "verdict": "结论",
    "version": "版本",
    "warnings": "警告",
    "what": "内容",
    "without_geometry": "无几何",
    "GeometryCollection": "几何集合",
    "LineString": "线",
    "MultiLineString": "多线",
    "MultiPoint": "多点",
    "MultiPolygon": "多面",
    "Point": "点",
    "Polygon": "面",
    "pass": "通过",
    "conditional": "有条件通过",
    "fail": "未通过",
    "file": "文件",
    "rule": "规则",
    "user": "用户",
    "measured": "实测",
}
"""Members of the service's documents, and the few words that stand in them."""
LINKS = {
    "analysis calls": "分析处理",
    "analysis calls, for people": "分析处理（网页）",
    "as HTML": "网页",
    "baked tiles to download": "可下载的瓦片包",
    "Everything a map viewer needs": "地图浏览所需的全部信息",
    "functions of filters": "过滤条件可用的函数",
    "its metadata, ISO 19139": "元数据（ISO 19139）",
    "its sheets, as STAC items": "各图幅（STAC 条目）",
    "its record in the resource directory": "资源目录中的记录",
    "Legend": "图例",
    "MapLibre style": "MapLibre 样式",
    "as a picture": "地图图片",
    "Styles": "样式",
    "pictures of the map": "整幅地图的图片瓦片",
    "schema of the features": "要素的结构",
    "Style of the map": "整幅地图的样式",
    "the API, as OpenAPI 3.0": "接口说明（OpenAPI 3.0）",
    "the API, for people": "接口说明（网页）",
    "the grids": "瓦片网格",
    "the imagery catalogue (STAC)": "影像目录（STAC）",
    "the imagery catalogue, for people": "影像目录（网页）",
    "the layers as collections": "全部图层",
    "the layers as HTML": "全部图层（网页）",
    "the map": "地图",
    "the resource directory": "资源目录",
    "the resource directory as DCAT": "资源目录（DCAT）",
    "the resource directory, for people": "资源目录（网页）",
    "the standards it keeps": "符合的标准",
    "the standards this service keeps": "符合的标准",
    "the licence": "许可协议",
    "this document": "本文档",
    "tiles of all vector layers": "全部矢量图层的瓦片",
    "values as GeoTIFF": "数值（GeoTIFF）",
    "what a filter may name": "可用于过滤的属性",
    "what can be sorted by": "可用于排序的属性",
    "WMS 1.3.0 and 1.1.1": "WMS 1.3.0 与 1.1.1 能力文档",
    "WFS 2.0.0": "WFS 2.0.0 能力文档",
    "WMTS 1.0.0 capabilities": "WMTS 1.0.0 能力文档",
    "work under way": "进行中的任务",
}
"""Titles of links, as they stand in the JSON documents."""
FEATURES_AS = "the features as "
FORMS = {
    "csv": "CSV", "dxf": "DXF", "fgb": "FlatGeobuf", "gml": "GML", "gpkg": "GeoPackage", "html": "HTML",
    "json": "GeoJSON", "jsonfg": "JSON-FG", "kml": "KML", "parquet": "GeoParquet", "shp": "Shapefile",
}  # fmt: skip
"""Forms of features as people know them, by their word in addresses."""
TYPES = {
    "array": "列表",
    "boolean": "是否",
    "geometry-any": "几何",
    "geometry-linestring": "线",
    "geometry-linestring-or-multilinestring": "线",
    "geometry-multilinestring": "线",
    "geometry-multipoint": "点",
    "geometry-multipolygon": "面",
    "geometry-point": "点",
    "geometry-point-or-multipoint": "点",
    "geometry-polygon": "面",
    "geometry-polygon-or-multipolygon": "面",
    "integer": "整数",
    "number": "数值",
    "object": "对象",
    "string": "文本",
}
"""Types of columns in a JSON Schema."""
RELATIONS = {
    "tilesets-coverage": ("tiles of values", "数值瓦片"),
    "tilesets-map": ("tiles of pictures", "图片瓦片"),
    "tilesets-vector": ("vector tiles", "矢量瓦片"),
}
"""Relations of links without a title: in English, in Chinese."""
ENGLISH = {
    "accuracy_m": "accuracy (m)",
    "conformsTo": "conforms to",
    "crs": "coordinate system",
    "resolution_m": "resolution (m)",
    "scale_why": "why this scale",
    "seconds": "time (s)",
    "sha256": "SHA-256",
    "size": "size (bytes)",
    "storageCrs": "stored in",
}


def term(name: str, language: str) -> str:
    """Return a member's name for a reader of ``language``; one without a name of its own is shown as it is."""
    plain = name.replace("_", " ")
    return CHINESE.get(name, CHINESE.get(plain, plain)) if language == "zh" else ENGLISH.get(name, plain)


def type_name(name: str, language: str) -> str:
    """Return what a column's values are, for a reader of ``language``."""
    return TYPES.get(name, name) if language == "zh" else name.removeprefix("geometry-")


def form_name(link: Mapping[str, Any], language: str) -> str:
    """Return what a link gives, as a file to take away: GeoPackage, CSV, values as GeoTIFF."""
    title = str(link.get("title") or link["type"])
    form = title.removeprefix(FEATURES_AS)
    return FORMS.get(form, form) if form != title else link_title(link, language)


def link_title(link: Mapping[str, Any], language: str) -> str:
    """Return a link's title for a reader of ``language``; one without a title is called by its relation."""
    relation = link["rel"].rsplit("/", 1)[-1]
    if not link.get("title") and relation in RELATIONS:
        return RELATIONS[relation][language == "zh"]
    title = str(link.get("title") or relation)
    if title.startswith(FEATURES_AS):
        form = form_name(link, language)
        return f"要素（{form}）" if language == "zh" else f"{FEATURES_AS}{form}"
    return LINKS.get(title, title) if language == "zh" else title
