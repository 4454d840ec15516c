"""The titles of problems, in English and Chinese."""

import re
from collections.abc import Mapping
from typing import Final

from layers.errors import BadQuery, GeoError
from layers.sentences import Language

TITLES: Final[Mapping[str, str]] = {
    "archive-not-found": "没有这样的瓦片包",
    "bad-control": "控制点表不能使用",
    "bad-domain": "编码表与图层不符",
    "bad-feature": "要素不符合图层结构",
    "bad-filter": "无法理解过滤条件，或它要求图层没有的内容",
    "bad-frame": "底图设置自相矛盾",
    "bad-grid": "瓦片矩阵集文件不能使用",
    "bad-host": "请求所指的主机不由此服务应答",
    "bad-mapping": "要素编码对照表不能使用",
    "bad-parameters": "转换参数不能使用",
    "bad-query": "无法理解查询参数",
    "bad-registry": "参数登记文件不能使用",
    "bad-rendering": "图层不提供这种绘制方式",
    "bad-scale-rules": "比例尺规则文件不能使用",
    "bad-setting": "服务的某项设置有误",
    "bad-store": "瓦片存储地址不能使用",
    "bad-style": "该样式不能用于此图层",
    "bake-failed": "预制瓦片中途停止",
    "bake-refused": "不能这样预制瓦片",
    "body-too-slow": "请求正文传输过慢",
    "busy": "同时的请求太多",
    "cancelled": "导入已取消",
    "cluster-unavailable": "批量作业的集群无法访问",
    "database-unavailable": "数据库无法访问或使用",
    "demo-unavailable": "演示环境的组件缺失",
    "disk-full": "磁盘已满",
    "feature-not-found": "没有这个要素",
    "job-failed": "任务失败",
    "job-not-found": "没有这个任务",
    "layer-exists": "已有同名而类别不同的图层",
    "layer-not-found": "没有这个图层",
    "no-datum-operation": "两个坐标系之间没有可信的转换",
    "no-such-source-layer": "文件中没有该名称的图层",
    "not-acceptable": "没有客户端接受的表示形式",
    "outside-extent": "请求的部分不在数据范围之内",
    "not-allowed": "调用者无权这样做",
    "not-authenticated": "此请求需要有效的令牌",
    "not-editable": "此图层的要素不能逐个修改",
    "nothing-to-import": "文件中没有可绘制的内容",
    "outside-area": "数据在参数适用范围之外",
    "picture-failed": "地图未能绘出",
    "picture-too-large": "地图幅面过大",
    "port-taken": "监听地址已被占用",
    "process-not-found": "没有这个分析处理",
    "question-open": "导入前须先回答问题",
    "raster-unreadable": "已发布的栅格文件无法读取",
    "report-not-found": "没有这份报告",
    "result-not-ready": "结果尚未就绪",
    "state-changed": "要素在读取之后已被修改",
    "version-removed": "请求的内容刚被删除",
    "state-needed": "修改须说明它所依据的要素状态",
    "storage-error": "存储位置不能使用",
    "storage-away": "暂时无法访问图层的存储文件",
    "style-not-found": "没有这个样式",
    "tile-error": "无法按要求绘制瓦片",
    "tile-outside": "网格中没有这个瓦片",
    "took-too-long": "分析超过了时限",
    "unknown-crs": "坐标系未知或不提供",
    "unknown-grid": "没有这个瓦片矩阵集",
    "unknown-sheet": "没有这个图幅或比例尺",
    "unknown-shift": "未知的坐标偏移",
    "unknown-unit": "未知的单位",
    "unreadable-source": "文件无法读取",
    "unsafe-source": "压缩包超出安全限制",
    "unsupported-source": "不导入这种文件",
    "upload-refused": "上传不能接受",
    "upload-too-large": "上传过大",
    "verdict-fail": "导入未通过质量检查",
    "version-not-found": "图层没有这个版本",
    "window-too-large": "窗口过大",
    "wrong-body-type": "此处不接受这种类型的正文",
}
"""Titles of problem types in Chinese; in English the title is the first line of the error's docstring."""


def name_of(error: type[GeoError]) -> str:
    """Return the name of a problem type: its class's, in kebab case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", error.__name__).lower()


def title_of(error: type[GeoError], language: Language = "en") -> str:
    """Return the title of a problem type."""
    english = (error.__doc__ or error.__name__).strip().split("\n")[0].rstrip(".")
    return TITLES.get(name_of(error), english) if language == "zh" else english


def command_title_of(error: type[GeoError], language: Language = "en") -> str:
    """Return the title of a problem on the command line, where what was given are arguments."""
    if error is BadQuery:
        return "命令的参数无法理解" if language == "zh" else "An argument cannot be understood"
    return title_of(error, language)
