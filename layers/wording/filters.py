"""What is wrong with a filter or a message in XML, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "xml-unreadable": (
        "this is not well-formed XML (line {line}, character {column})",
        "不是格式良好的XML（第{line}行第{column}个字符）",
    ),
    "xml-doctype": (
        "XML with a document type declaration (DOCTYPE) is not read: it could define entities",
        "不读取带有文档类型声明（DOCTYPE）的XML：其中可以定义实体",
    ),
    "xml-large": (
        "this XML is nested deeper than {depth} elements or has more than {elements}",
        "此XML的嵌套深度超过{depth}层，或元素多于{elements}个",
    ),
    "fes-empty": ("the filter holds no operator", "过滤条件中没有运算符"),
    "fes-operator": (
        "{name!r} is no operator of a filter that is known here; GetCapabilities lists those that are",
        "“{name}”不是此处支持的过滤运算符；支持的见GetCapabilities",
    ),
    "fes-operands": (
        "{operator} takes {wanted} operands, not {count}",
        "{operator}需要{wanted}个操作数，而不是{count}个",
    ),
    "fes-systems": (
        "the geometries of a filter are in one coordinate system, not in several: {systems}",
        "一个过滤条件中的几何应同在一个坐标系中，而不是多个：{systems}",
    ),
    "fes-unit": (
        "a distance is in one of these units: {offered}; {given!r} is none",
        "距离单位应为{offered}之一，而不是“{given}”",
    ),
    "fes-time": ("{name} holds no position in time", "{name}中没有时间"),
    "gml-geometry": (
        "{name} is no geometry that can be read here, or its positions are not two or three numbers each",
        "{name}不是此处能读取的几何，或其坐标不是二维或三维的数",
    ),
}
