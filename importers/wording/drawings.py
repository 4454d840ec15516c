"""What is said about drawings, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "cass-bad-rule": (
        "rule {by!r} {match!r} with geometry {geometry!r}: `by` is code, block or layer, `match` not empty, `geometry` P, L, A or empty",
        "规则“{by}”“{match}”，几何“{geometry}”：by应为code、block或layer，match不得为空，geometry应为P、L、A或空",
    ),
    "file-error": (
        "{file}: {error}",
        "{file}：{error}",
    ),
    "file-unreadable": (
        "cannot be read: {strerror}",
        "无法读取：{strerror}",
    ),
    "cass-columns-missing": (
        "columns {missing} are missing; the first line must be {columns}",
        "缺少列{missing}；第一行必须是{columns}",
    ),
    "file-empty": (
        "{file} is empty",
        "{file}是空文件",
    ),
    "strict-decoding": (
        "strict decoding of all text",
        "对全部文字严格解码",
    ),
    "cass-dat-order": (
        "CASS .dat writes number, code, Y (east), X (north), height",
        "CASS的.dat文件依次写点号、编码、Y（东）、X（北）、高程",
    ),
    "cass-dat-facts": (
        "CASS field points: number, code, east, north, height",
        "CASS野外点：点号、编码、东、北、高程",
    ),
    "cass-dat-before": (
        "before the points: {text!r}",
        "点之前的一行：“{text}”",
    ),
    "file-neither-utf8-nor-gb18030": (
        "{file} is neither UTF-8 nor GB18030 text; give --encoding",
        "{file}既不是UTF-8也不是GB18030文字，请给出--encoding",
    ),
    "cass-dat-fields": (
        "{count} fields; number, code, east, north, height are expected",
        "有{count}个字段，应为点号、编码、东、北、高程",
    ),
    "ordinate-not-finite": (
        "an ordinate is not a finite number",
        "有坐标值不是有限数",
    ),
    "drawing-ordinate-bad": (
        "an ordinate is no number, or beyond any place on Earth",
        "坐标值不是数字，或超出地球上任何地方",
    ),
    "no-rule-for-code": (
        "no rule for code {code}",
        "编码{code}没有对应规则",
    ),
    "no-rule-for-layer": (
        "no rule for drawing layer {layer}",
        "图层{layer}没有对应规则",
    ),
    "closed-polyline-polygon": (
        "closed polyline made polygon",
        "闭合多段线转为面",
    ),
    "circle-no-radius": (
        "a circle without a radius",
        "圆没有半径",
    ),
    "entity-picture": (
        "a picture is not in the drawing; hand in the image file itself",
        "图片不在图形文件内，请另外提交图片文件",
    ),
    "entity-endless": (
        "an endless line has no extent",
        "无限长的线没有范围",
    ),
    "entity-document": (
        "an embedded document is no geometry",
        "嵌入的文档没有几何",
    ),
    "entity-damaged": (
        "damaged {entity}: {name}: {str}",
        "{entity}损坏：{name}：{str}",
    ),
    "entity-hidden": (
        "on a hidden layer, left out",
        "在隐藏图层上，未取",
    ),
    "entity-no-geometry": (
        "{kind} has no geometry we can draw",
        "{kind}没有可绘制的几何",
    ),
    "entity-in-block": (
        "{kind} in a block, not drawn",
        "块内的{kind}，未绘制",
    ),
    "blocks-too-many": (
        "the drawing's blocks make more than {most_rows} features",
        "图形中的块展开后超过{most_rows}个要素",
    ),
    "block-too-many": (
        "block {name!r} and the blocks in it make {weight:.3g} features, more than {most_rows}",
        "块“{name}”及其内嵌的块展开为{weight:.3g}个要素，超过{most_rows}个",
    ),
    "block-exploded": (
        "block exploded",
        "块已分解",
    ),
    "entity-by-parts": (
        "{entity} drawn by its parts",
        "{entity}按其组成部分绘制",
    ),
    "block-undefined": (
        "block {name!r} is not defined in the drawing",
        "图形中没有定义块“{name}”",
    ),
    "block-external": (
        "block {name!r} is an external drawing, which was not handed in; bind it before saving",
        "块“{name}”是外部参照，未一并提交；保存前请先绑定",
    ),
    "block-in-itself": (
        "block {name!r} contains itself",
        "块“{name}”包含自身",
    ),
    "block-repeated": (
        "block {name!r} is repeated {mcount} times",
        "块“{name}”重复{mcount}次",
    ),
    "polyline-too-short": (
        "a polyline with fewer than two points",
        "多段线不足两个点",
    ),
    "mesh-no-faces": (
        "a mesh without faces",
        "网格没有面",
    ),
    "hatch-empty": (
        "a hatch whose boundary encloses nothing",
        "填充的边界不围成任何区域",
    ),
    "dimension-no-parts": (
        "{dimension} has no parts",
        "{dimension}没有组成部分",
    ),
    "dimension-no-picture": (
        "a dimension without a picture of itself",
        "标注没有自己的图形",
    ),
    "geodata-unusable": (
        "GEODATA is present but cannot be used ({str})",
        "含GEODATA但不能使用（{str}）",
    ),
    "geodata-places": (
        "GEODATA places the drawing in EPSG:{epsg}",
        "GEODATA把图形置于EPSG:{epsg}",
    ),
    "as-in-geodata": (
        "as in GEODATA",
        "与GEODATA相同",
    ),
    "degrees": (
        "degrees",
        "度",
    ),
    "crs-in-degrees": (
        "{given} is in degrees",
        "{given}以度为单位",
    ),
    "ordinates-read-as-gk": (
        "the ordinates read as Gauss-Krüger metres in China",
        "坐标值符合国内高斯-克吕格米坐标",
    ),
    "ordinates-in-area": (
        "the ordinates fall into the area of {given}",
        "坐标值落在{given}的适用范围内",
    ),
    "drawing-no-unit": (
        "the drawing names no unit and its ordinates fit no known coordinate system",
        "图形未注明单位，坐标值也不符合任何已知坐标系",
    ),
    "which-unit": (
        "{why}; in which unit is it drawn?",
        "{why}；图形是按什么单位绘制的？",
    ),
    "not-a-unit": (
        "{unit!r} is not a unit of length; say one of {units}",
        "“{unit}”不是长度单位，请用{units}之一",
    ),
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
    "by-code": ("code {code}", "编码{code}"),
    "insunits": ("$INSUNITS {number} ({unit})", "$INSUNITS {number}（{unit}）"),
    "insunits-none": ("$INSUNITS absent or {number} (no unit)", "$INSUNITS缺失或为{number}（无单位）"),
    "dwg-no-dxf": (
        "{file}: the DWG converter wrote no DXF (exit {code}): {said}",
        "{file}：DWG转换程序没有写出DXF（退出码{code}）：{said}",
    ),
    "dxf-entities": ("entities: {counted}", "实体：{counted}"),
    "dxf-entities-begin": ("entities at the beginning: {counted}", "开头部分的实体：{counted}"),
    "no-details": ("no details", "没有详情"),
}
