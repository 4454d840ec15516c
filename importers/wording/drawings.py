"""What is said about drawings: units, layers, codes and entities, in English and Chinese."""

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
    "contour-height-xdata": (
        "contour drawn flat, its height taken from its extended data",
        "等高线绘在零高程，高程取自扩展数据",
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
    "entity-foreign": (
        "{kind} is an object of another program (TArch, for example): explode such objects, or export the drawing without "
        "them, and hand it in again",
        "{kind}是其他软件（如天正）的自定义对象：请分解这些对象，或导出为不含它们的图（天正：图形导出），再提交",
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
    "by-code": ("code {code}", "编码{code}"),
    "insunits": ("$INSUNITS {number} ({unit})", "$INSUNITS {number}（{unit}）"),
    "insunits-none": ("$INSUNITS absent or {number} (no unit)", "$INSUNITS缺失或为{number}（无单位）"),
}
