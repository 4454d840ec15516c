"""What this package says, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "not-one-of": ("{given!r} is not one of {offered}", "“{given}”不在{offered}之中"),
    "contours-of": ("{layer} is {kind}; contours are drawn of elevation", "{layer}是{kind}；等高线由高程数据绘制"),
    "contour-interval": ("must be between 0.01 and 10000", "应在0.01至10000之间"),
    "bands-up-to": ("the layer has bands 1 to {most}", "图层有1至{most}波段"),
    "box-extent": ("the box must have an extent: west < east and south < north", "范围应有大小：西小于东、南小于北"),
    "at-least-one": ("must be at least 1", "至少为1"),
    "format-changes": (
        "{rendering} carries numbers that {format} would change; ask for png or webp",
        "{rendering}携带数值，{format}会改变它；请用png或webp",
    ),
    "for-imagery": (
        "elevation is drawn by its renderings; this parameter is for imagery",
        "高程按其渲染方式绘制；此参数用于影像",
    ),
    "sheet-too-large": (
        "it would hold {width} x {height} pixels; take a larger scale's sheets",
        "将有{width}×{height}像素；请用更大比例尺的图幅",
    ),
    "expression-long": ("longer than {most} characters", "超过{most}个字符"),
    "expression-no-band": (
        "{text!r} uses no band; bands are called b1, b2, …",
        "“{text}”未用任何波段；波段写作b1、b2……",
    ),
    "expression-other": ("{found!r} at {place} where {wanted} should stand", "第{place}处为“{found}”，应为{wanted}"),
    "expression-ends": ("ends where {wanted} should stand", "到{wanted}应在之处即告结束"),
    "expression-deep": ("nested deeper than {most}", "嵌套超过{most}层"),
    "expression-not-understood": ("{text!r} at {place} is not understood", "第{place}处“{text}”无法理解"),
    "grid-levels": ("grid {grid} has levels 0 to {last}, not {given}", "网格{grid}有0至{last}级，没有{given}级"),
    "grid-rows": (
        "level {level} of grid {grid} has rows 0 to {last_row} and columns 0 to {last_column}; row {row}, column {column} is outside",
        "网格{grid}的{level}级有0至{last_row}行、0至{last_column}列；{row}行{column}列在其外",
    ),
    "grid-matrix": (
        "grid {grid} has no tile matrix {given!r}; it has {first} to {last}",
        "网格{grid}没有瓦片矩阵“{given}”；它有{first}至{last}",
    ),
    "pictures-of": (
        "{layer} is {kind}; pictures are drawn of imagery and elevation",
        "{layer}是{kind}；图像由影像和高程绘制",
    ),
    "band-none": ("band {band} does not exist; the layer has bands 1 to {most}", "没有{band}波段；图层有1至{most}波段"),
    "colormap-one-band": (
        "a colour map needs one band; add bands=1, or an expression",
        "色带需要单个波段；请加bands=1或expression",
    ),
    "stretch-ranges": ("give one range or {count}, one for each band", "请给出一个范围，或每波段一个共{count}个"),
    "option-not-finite": ("{given!r} is not a finite number", "“{given}”不是有限的数"),
    "option-not-a-name": ("{given!r} is not a name", "“{given}”不是名称"),
    "option-bands": (
        "{given!r} is not one band number or three (red, green, blue), such as 4,3,2",
        "“{given}”不是一个或三个（红、绿、蓝）波段号，例如4,3,2",
    ),
    "option-range": ("{given!r} is not low,high", "“{given}”不是“低,高”"),
    "option-order": ("{given!r}: the first number must be the smaller one", "“{given}”：第一个数应较小"),
    "option-ranges": (
        "give one range low,high or three separated by semicolons",
        "请给出一个“低,高”范围，或以分号隔开的三个",
    ),
    "option-interval": ("{given!r} is not a date or an interval start/end", "“{given}”不是日期或“起/止”时段"),
    "option-interval-open": ("at least one end of the interval must be a date", "时段至少有一端应为日期"),
    "option-interval-order": ("{given!r} ends before it begins", "“{given}”先止后起"),
    "bands-or-expression": ("give either bands or an expression, not both", "bands与expression请只给其一"),
    "option-between": ("{given} is not between {low} and {high}", "{given}不在{low}至{high}之间"),
    "option-date": ("{given!r} is not a date such as 2024-05-01", "“{given}”不是2024-05-01一类的日期"),
    "rendering-parameter": ("not a rendering parameter; there are {offered}", "不是渲染参数；可用{offered}"),
    "colour-not": ("{given!r} is no colour; write 0xRRGGBB", "“{given}”不是颜色；请写作0xRRGGBB"),
    "profile-line": (
        "a profile needs a line of 2 to {most} vertices, not {count}",
        "剖面需要2至{most}个顶点的线，而不是{count}个",
    ),
    "line-no-length": ("the line has no length", "线没有长度"),
    "grid-no-epsg": (
        "the CRS of grid {grid} has no EPSG code, which vector tiles need",
        "网格{grid}的坐标系没有EPSG代码，矢量瓦片需要它",
    ),
    "grid-other-datum": (
        "grid {grid} is on another datum than the features; vector tiles are made where none is shifted",
        "网格{grid}与要素基准不同；矢量瓦片只在不需换基准时生成",
    ),
    "tiles-no-features": (
        "layer {layer!r} holds no features; its pictures are at /collections/{layer}/map/tiles",
        "图层“{layer}”不含要素；其图像瓦片见/collections/{layer}/map/tiles",
    ),
    "zonal-elevation": (
        "layer {layer!r} is {kind}; slope and breaks are for elevation",
        "图层“{layer}”是{kind}；坡度和分级用于高程",
    ),
    "zonal-breaks": (
        "breaks are at most {most} numbers, each larger than the one before",
        "分级至多{most}个数，逐个递增",
    ),
    "at-parameter": ("{parameter}: {detail}", "{parameter}：{detail}"),
    "a-value": ("a value", "值"),
    "an-operator": ("an operator", "运算符"),
}
