"""What is said of VCT, the exchange format of land departments, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "vct-too-large": (
        "{file} is larger than {most} MB; hand it in town by town, or convert it to FileGDB",
        "{file}超过{most} MB；请按乡镇分别提交，或转换为FileGDB",
    ),
    "vct-line": (
        "{file}, line {line}: {why}; have it exported again, or convert it to FileGDB",
        "{file}第{line}行：{why}；请重新导出，或转换为FileGDB",
    ),
    "vct-not-a-number": (
        "a whole number is expected where it says {text!r}",
        "“{text}”处应为整数",
    ),
    "vct-not-a-point": (
        "ordinates are expected where it says {text!r}",
        "“{text}”处应为坐标",
    ),
    "vct-ends-early": (
        "the file ends in the middle of an object",
        "文件在对象中间结束",
    ),
    "vct-no-end": (
        "the section {section} has no end: the file is cut off, what came of it is read",
        "{section}段没有结束标识：文件不完整，已读取现有内容",
    ),
    "vct-topology": (
        "{file}: VCT with topology of nodes (Topo: {topo}) is not read; have it exported without, or convert it to FileGDB",
        "{file}：不读带结点拓扑的VCT（Topo：{topo}）；请不带拓扑导出，或转换为FileGDB",
    ),
    "vct-offset": (
        "{file}: the header shifts the coordinates (Offset: {offset}), and files differ in what that means; have it "
        "exported with an offset of 0, or convert it to FileGDB",
        "{file}：文件头规定坐标偏移（Offset：{offset}），各软件解释不一；请以偏移量0导出，或转换为FileGDB",
    ),
    "vct-no-features": (
        "{file}: the VCT holds no points, lines, areas or annotations",
        "{file}：VCT中没有点、线、面或注记",
    ),
    "vct-curve": (
        "a curve of kind {kind}, which is not read",
        "第{kind}类曲线，不予读取",
    ),
    "vct-kind": (
        "an object of kind {kind}, which is not read",
        "第{kind}类对象，不予读取",
    ),
    "vct-of-areas": (
        "an area made of other areas, which is not read",
        "由其他面构成的面，不予读取",
    ),
    "vct-no-such-line": (
        "its outline refers to line {line}, which is not in the file",
        "其边界引用了文件中不存在的线{line}",
    ),
    "vct-open-outline": (
        "the lines of its outline do not close",
        "构成边界的线不闭合",
    ),
    "vct-too-few": (
        "too few points ({count})",
        "点数太少（{count}）",
    ),
    "vct-cells": (
        "its attributes are {count} and the table {table} has {columns} columns",
        "其属性有{count}项，而表{table}有{columns}个字段",
    ),
    "vct-same-number": (
        "another object has the same number",
        "另有对象标识码相同",
    ),
    "vct-without-attributes": (
        "without a row in the table of attributes",
        "属性表中没有对应记录",
    ),
    "vct-outlines-only": (
        "{count} lines only bound areas and are no features",
        "{count}条线仅用于构成面，不作为要素",
    ),
    "vct-rows-left": (
        "table {table}: {count} rows belong to no shape and are left out",
        "表{table}：{count}条记录没有对应图形，未导入",
    ),
    "vct-column-text": (
        "column {column} is declared {kind} and holds other text: kept as text",
        "字段{column}声明为{kind}，但含其他文字：按文本保留",
    ),
    "vct-section": (
        "the section {section} is not read",
        "{section}段不予读取",
    ),
    "vct-head": ("{key}: {value}", "{key}：{value}"),
    "vct-x-is-north": ("the header says that X points north", "文件头声明X轴指北"),
}
