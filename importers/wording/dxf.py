"""What is said about DXF and DWG files: structure, release, characters, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "dwg-release-unknown": (
        "an unknown release",
        "版本不明",
    ),
    "dwg-not-read": (
        "{file} is a DWG drawing ({release}); DWG is not read here: save it as DXF (any release from R12; ASCII), or have the operator configure a converter (GEOSERVICE_DWG_CONVERTER), for example LibreDWG's: dwg2dxf -o {{output}} {{input}}",
        "{file}是DWG图形（{release}）；这里不读DWG：请存为DXF（R12起任何版本，ASCII），或请管理员配置转换程序（GEOSERVICE_DWG_CONVERTER），例如LibreDWG的：dwg2dxf -o {{output}} {{input}}",
    ),
    "dwg-converted": (
        "DWG {release} to DXF by {name}",
        "DWG {release}由{name}转为DXF",
    ),
    "operators-converter": (
        "the operator's converter",
        "管理员配置的转换程序",
    ),
    "dwg-converter-missing": (
        "the DWG converter {arguments!r} is configured but not installed",
        "已配置DWG转换程序“{arguments}”，但没有安装",
    ),
    "dwg-converter-unfinished": (
        "{file}: the DWG converter did not finish ({name})",
        "{file}：DWG转换程序没有完成（{name}）",
    ),
    "dxf-utf16": (
        "saved as UTF-16, which DXF is not: read from a copy",
        "以UTF-16保存，不合DXF规定：由副本读取",
    ),
    "dxf-no-eof": (
        "the reader complained: the file ends without its EOF mark; it was cut off, entities may be missing",
        "读取程序报告：文件末尾没有EOF标记，可能被截断，要素可能不全",
    ),
    "dxf-cut-off": (
        "{file} ends before its entities: it was cut off on the way; copy it again",
        "{file}在实体之前就结束了：传输中被截断，请重新拷贝",
    ),
    "dxf-no-entities": (
        "{file} has no drawable entities{what_it_has}; export model space as DXF",
        "{file}没有可绘制的实体{what_it_has}；请把模型空间导出为DXF",
    ),
    "geodata-names-code": (
        "the drawing's GEODATA names the code and places its design point there",
        "图形的GEODATA写明了代码并在该处放置设计点",
    ),
    "dxf-only": (
        " (only {listed})",
        "（只有{listed}）",
    ),
    "dxf-layers": (
        "drawing layers: {count}",
        "图层：{count}个",
    ),
    "dxf-ordinates": (
        "ordinates as drawn: {west:.3f} .. {east:.3f}, {south:.3f} .. {north:.3f}",
        "图中坐标：{west:.3f} .. {east:.3f}，{south:.3f} .. {north:.3f}",
    ),
    "dxf-hidden-layers": (
        "frozen or switched off: {names}",
        "冻结或关闭的图层：{names}",
    ),
    "dxf-audit": (
        "audit: {message}",
        "核查：{message}",
    ),
    "dxf-audit-more": (
        "audit: {count} more findings",
        "核查：另有{count}条",
    ),
    "not-an-encoding": (
        "{said!r} is not an encoding; say gb18030, utf-8 or the like",
        "“{said}”不是文字编码，请用gb18030、utf-8等",
    ),
    "all-ascii": (
        "all text is ASCII",
        "全部文字为ASCII",
    ),
    "bytes-agree": (
        "the text's bytes agree",
        "与文字字节相符",
    ),
    "bytes-fit-none": (
        "the text's bytes fit no encoding without loss",
        "文字字节不能无损地符合任何编码",
    ),
    "bytes-are": (
        "but the text's bytes are {measured}: mended",
        "但文字字节是{measured}：已更正",
    ),
    "dxf-too-large": (
        "{file} is larger than 2 GB; split the drawing",
        "{file}大于2 GB，请拆分图形",
    ),
    "dxf-bad-start": (
        "{file} does not begin as a DXF file does; save it again as ASCII DXF",
        "{file}的开头不是DXF文件，请重新存为ASCII DXF",
    ),
    "by-ezdxf": (
        "by ezdxf",
        "由ezdxf判定",
    ),
    "binary-dxf": (
        "binary DXF",
        "二进制DXF",
    ),
    "advice-copy-again": (
        "it was cut off on the way; copy it again",
        "传输中被截断，请重新拷贝",
    ),
    "advice-audit": (
        "run AUDIT on it and save again",
        "请运行AUDIT后重新保存",
    ),
    "dxf-damaged": (
        "{file} is damaged ({name}: {error}); {advice}",
        "{file}已损坏（{name}：{error}）；{advice}",
    ),
    "dxf-audit-removed": (
        "damaged: the audit removed it",
        "损坏：核查时删除",
    ),
    "dwg-no-dxf": (
        "{file}: the DWG converter wrote no DXF (exit {code}): {said}",
        "{file}：DWG转换程序没有写出DXF（退出码{code}）：{said}",
    ),
    "dxf-entities": ("entities: {counted}", "实体：{counted}"),
    "dxf-entities-begin": ("entities at the beginning: {counted}", "开头部分的实体：{counted}"),
    "no-details": ("no details", "没有详情"),
}
