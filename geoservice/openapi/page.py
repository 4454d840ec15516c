"""The OpenAPI document as people read it: what can be asked, by subject, in the reader's language.

Operations that every layer has of its own are told once, of any layer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from geoservice.processes.offered import PROCESSES
from layers.frame import Text
from layers.sentences import Language

SUBJECTS: Mapping[str, Text] = {
    "Capabilities": {"zh": "服务说明", "en": "What there is"},
    "Features": {"zh": "要素", "en": "Features"},
    "Tiles": {"zh": "瓦片", "en": "Tiles"},
    "Maps": {"zh": "地图图片", "en": "Maps"},
    "Processes": {"zh": "分析与任务", "en": "Analysis and jobs"},
    "Records": {"zh": "资源目录", "en": "Resource directory"},
    "STAC": {"zh": "影像目录", "en": "Imagery catalogue"},
    "Catalogue": {"zh": "综合查询", "en": "Questions to all layers"},
    "Import": {"zh": "导入", "en": "Import"},
}
"""Tags of the document, in the order of the page."""

SUMMARIES: Mapping[str, str] = {
    "the landing page": "服务首页",
    "standards kept": "符合的标准",
    "this document": "本文档",
    "the layers": "全部图层",
    "one layer": "一个图层",
    "JSON Schema of the features": "要素的 JSON Schema",
    "what a filter may name": "可用于过滤的属性",
    "what items can be sorted by": "可用于排序的属性",
    "change several features, all or none": "批量修改要素，全部成功或全部不改",
    "code lists of a layer's columns": "图层字段的代码表",
    "set the code lists of a layer's columns": "设置图层字段的代码表",
    "functions of filters": "过滤条件可用的函数",
    "features of a layer": "图层的要素",
    "add features to a layer": "向图层添加要素",
    "one feature of a layer": "图层的一个要素",
    "replace a feature of a layer": "替换图层的一个要素",
    "update a feature of a layer": "更新图层的一个要素",
    "delete a feature of a layer": "删除图层的一个要素",
    "changes of a feature of a layer": "一个要素的修改历史",
    "features of all layers by name": "按名称查找所有图层的要素",
    "a whole layer as a file, as a job; the parameters of items": "以任务方式把整个图层导出为文件；参数同要素查询",
    "the file of an export": "导出的文件",
    "a layer as a picture": "图层的图片",
    "a layer in a style as a picture": "按指定样式绘制的图层图片",
    "layers as a picture": "多个图层合成的图片",
    "the whole map, or a layer, as a picture": "整幅地图或一个图层的图片",
    "the processes": "全部分析处理",
    "one process": "一个分析处理",
    "the newest jobs": "最近的任务",
    "a job's status and progress": "任务的状态与进度",
    "dismiss a job": "取消任务",
    "what a job found": "任务的结果",
    "the resource directory": "资源目录",
    "standards kept there": "资源目录符合的标准",
    "its catalogues": "资源目录中的目录",
    "the catalogue": "一个目录",
    "records": "资源记录",
    "one record": "一条资源记录",
    "what can be sorted by": "可用于排序的属性",
    "a vector tile": "矢量瓦片",
    "a picture tile": "图片瓦片",
    "a vector tile of several layers": "多个图层的矢量瓦片",
    "what lies under a pixel of a picture tile": "图片瓦片某一像素处的要素或数值",
    "a picture tile of several layers": "多个图层的图片瓦片",
    "a tile by plain z, x, y in Web Mercator; y ends in .mvt, .png, .jpg or .webp": (
        "Web 墨卡托 z/x/y 瓦片；y 以 .mvt、.png、.jpg 或 .webp 结尾"
    ),
    "a picture tile as WMTS names it; the column ends in .png, .jpg or .webp": (
        "WMTS 模板的图片瓦片；列号以 .png、.jpg 或 .webp 结尾"
    ),
    "vector tilesets of a layer": "图层的矢量瓦片集",
    "a vector tileset": "一个矢量瓦片集",
    "picture tilesets of a layer": "图层的图片瓦片集",
    "a picture tileset": "一个图片瓦片集",
    "TileJSON of a layer": "图层的 TileJSON",
    "tilesets of all vector layers": "全部矢量图层的瓦片集",
    "the archives of baked tiles of a layer": "图层的瓦片归档",
    "an archive, whole or by byte range": "瓦片归档文件，可整体或按字节范围读取",
    "picture tilesets of the map": "整幅地图的图片瓦片集",
    "a picture tileset of the map": "整幅地图的一个图片瓦片集",
    "a tileset of all layers": "全部图层的一个瓦片集",
    "the grids": "瓦片网格",
    "one grid": "一个瓦片网格",
    "WMTS 1.0 capabilities": "WMTS 1.0 能力文档",
    "styles of a layer": "图层的样式",
    "a style of a layer": "图层的一个样式",
    "what is known of a style": "样式的说明",
    "styles of the service": "服务的全部样式",
    "one of them": "其中一个样式",
    "MapLibre style of a layer": "图层的 MapLibre 样式",
    "legend of a layer": "图层的图例",
    "MapLibre style of several layers": "多个图层的 MapLibre 样式",
    "values of a raster over a box": "范围内的栅格数值",
    "heights along a line": "沿线高程",
    "a layer's part in a sheet: cut features, or pixels as GeoTIFF": (
        "图层在一个图幅内的部分：裁切的要素，或 GeoTIFF 像元"
    ),
    "every layer's answer at a point": "一点处各图层的回答",
    "the days, months or years that a layer has something of": "图层有内容的日期、月份或年份",
    "every layer's answer inside a polygon": "多边形内各图层的回答",
    "WMS 1.3.0 and 1.1.1 of all layers": "全部图层的 WMS 1.3.0 与 1.1.1",
    "WMS of one layer": "一个图层的 WMS",
    "WFS 2.0.0 of all layers": "全部图层的 WFS 2.0.0",
    "WFS 2.0.0 of all layers: a message in XML": "全部图层的 WFS 2.0.0：XML 消息",
    "WFS of one layer": "一个图层的 WFS",
    "WFS of one layer: a message in XML": "一个图层的 WFS：XML 消息",
    "WMTS 1.0 by KVP": "WMTS 1.0 的 KVP 接口",
    "a map sheet and what is held of it": "一个图幅及其数据现势",
    "import files": "导入文件",
    "what files are, nothing kept": "检查文件内容，不保存",
    "remove a layer with all its versions": "删除图层及其全部版本",
    "serve an older version": "改为提供较早的版本",
    "a layer's published versions, the newest first": "图层已发布的版本，新的在前",
    "figures for Prometheus": "供 Prometheus 读取的运行指标",
    "everything the viewer needs": "地图浏览器所需的全部信息",
    "map sheets and what is held of them": "图幅及其数据现势",
    "an import's report": "一次导入的报告",
    "the features an import refused, each with its reason": "一次导入拒绝的要素及其原因",
    "the imagery catalogue": "影像目录首页",
    "what it conforms to": "影像目录符合的标准",
    "imagery and elevation layers": "影像与高程图层",
    "one layer of the imagery catalogue": "影像目录的一个图层",
    "its sheets": "图层的图幅文件",
    "one sheet": "一个图幅文件",
    "a sheet's pixels, whole or by byte ranges": "图幅的像素，整个或按字节范围",
    "what a filter of sheets may name": "可用于过滤图幅文件的属性",
    "sheets of all layers": "全部图层的图幅文件",
    "sheets of all layers, asked by JSON": "以JSON查询全部图层的图幅文件",
}
"""Summaries of operations as they stand in the document, in Chinese; processes have titles of their own."""


@dataclass(frozen=True)
class Row:
    """An operation on the page. ``open`` says that a browser can go there as it stands: nothing must be given."""

    method: str
    path: str
    summary: str
    open: bool


def by_subject(
    document: Mapping[str, Any], layers: Collection[str], language: Language
) -> list[tuple[Text, list[Row]]]:
    """Return the operations of an OpenAPI document by subject; ``layers`` are the names that stand in its paths."""
    found: dict[str, dict[tuple[str, str], Row]] = {tag: {} for tag in SUBJECTS}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if isinstance(operation, dict):
                asked = any(parameter.get("required") for parameter in operation.get("parameters", ()))
                row = _row(method, path, str(operation.get("summary", "")), layers, language)
                row = replace(row, open=row.open and not asked)
                found[operation["tags"][0]].setdefault((row.method, row.path), row)
    return [(SUBJECTS[tag], list(rows.values())) for tag, rows in found.items() if rows]


def _row(method: str, path: str, summary: str, layers: Collection[str], language: Language) -> Row:
    parts = path.split("/")
    if parts[1] == "collections" and len(parts) > 2 and parts[2] in layers:
        name, parts[2] = parts[2], "{collectionId}"
        summary = summary.removesuffix(name) + "a layer"
    if parts[1] == "processes" and len(parts) > 3:
        title = PROCESSES[parts[2]].describe(language)["title"]
        return Row("POST", path, f"执行：{title}" if language == "zh" else f"execute: {title}", open=False)
    path = "/".join(parts)
    said = SUMMARIES.get(summary, summary) if language == "zh" else summary
    return Row(method.upper(), path, said, open=method == "get" and "{" not in path)
