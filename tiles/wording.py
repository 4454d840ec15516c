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
    "archive-foreign": ("{file} is not an archive of this service: {why}", "{file}不是本服务的瓦片归档：{why}"),
    "bake-working-file": ("cannot begin the working file {path}", "无法建立工作文件{path}"),
    "bake-died": (
        "a drawing process died; run the command again, it goes on where it stopped",
        "一个绘制进程已终止；请重新运行此命令，它会从中断处继续",
    ),
    "bake-layer-empty": ("layer {layer} holds nothing yet", "图层{layer}还没有数据"),
    "bake-levels": (
        "levels {first} to {last}: grid {grid} has 0 to {highest}, the first not above the last",
        "级别{first}至{last}：网格{grid}的级别是0至{highest}，且首级不大于末级",
    ),
    "bake-grid-beside": ("grid {grid} does not reach layer {layer}", "网格{grid}不覆盖图层{layer}"),
    "bake-too-many": (
        "{count:,} tiles; at most {most:,} at once: give a box or fewer levels",
        "{count:,}个瓦片；一次最多{most:,}个：请给出范围或减少级别",
    ),
    "bake-box-beside": (
        "the box lies beside layer {layer}, whose extent is {extent}",
        "范围在图层{layer}之外，其范围是{extent}",
    ),
    "bake-nothing": (
        "layer {layer} has nothing in these levels and this box: there is nothing to keep",
        "图层{layer}在这些级别和范围内没有内容：无需保存",
    ),
    "archive-ending": ("an archive ends in {offered}, not {given}", "归档文件名以{offered}结尾，而不是{given}"),
    "grids-folder": (
        "there is no folder {folder}: GEOSERVICE_GRIDS_DIR names where your grids' documents are",
        "没有文件夹{folder}：GEOSERVICE_GRIDS_DIR指明网格文档所在的文件夹",
    ),
    "grid-not-projected": (
        "the frame's metric CRS EPSG:{srid} is not projected; choose a projected one",
        "框架的平面坐标系EPSG:{srid}不是投影坐标系；请选择投影坐标系",
    ),
    "grid-sizes": (
        "grid {grid}: every level needs the same square tile size and rows of one width",
        "网格{grid}：各级的瓦片应为同样大小的正方形，各行宽度相同",
    ),
    "grid-twice": (
        "{path}: there is a grid {grid} already; give yours another id",
        "{path}：已有网格{grid}；请另取编号",
    ),
    "grid-none": ("no tile matrix set {name!r}; there are {known}", "没有瓦片网格“{name}”；现有：{known}"),
    "grid-document": ("not an OGC TileMatrixSet 2.0 document: {why}", "不是OGC TileMatrixSet 2.0文档：{why}"),
    "grid-wrong": ("grid {grid}: {why}", "网格{grid}：{why}"),
    "file-wrong": ("{path}: {why}", "{path}：{why}"),
    "picture-failed": ("the picture cannot be drawn: {why}", "无法绘制图片：{why}"),
    "picture-long": (
        "the picture takes longer than is allowed; ask for a smaller area or a larger scale",
        "绘制图片超过允许的时间；请缩小范围或放大比例尺",
    ),
    "picture-stopped": (
        "the renderer stopped in the middle of this picture; a smaller one may do",
        "绘制进程中途停止；较小的图片或许可以",
    ),
    "picture-large": (
        "{width} x {height} pixels are too many; at most {most} and {side} a side",
        "{width} x {height}像素过多；最多{most}像素，单边最多{side}",
    ),
    "picture-features": (
        "{source} has more than {most} features here; ask for a smaller area",
        "{source}在此处的要素超过{most}个；请缩小范围",
    ),
    "window-large": (
        "{width} x {height} pixels; at most {most} at once. Ask for a smaller box or give a smaller size",
        "{width} x {height}像素；一次最多{most}。请缩小范围或给出较小的尺寸",
    ),
    "raster-away": (
        "{file} is not where this layer's files are stored: the disk, share or bucket may be away for a while. Try again "
        "later; whoever runs the service finds the place in its log",
        "存储中暂时找不到本图层的文件 {file}：磁盘、共享目录或存储桶可能暂时不可用。请稍后再试；服务管理员可在日志中查到其位置",
    ),
    "raster-unreadable": ("cannot read {file}: {why}", "无法读取{file}：{why}"),
    "store-none": (
        "{scheme}:// is no store of tiles; use a folder, s3://bucket/prefix, redis:// or valkey://",
        "{scheme}://不是瓦片存储；请用文件夹、s3://bucket/prefix、redis://或valkey://",
    ),
    "extent-outside-grid": ("the extent lies outside the grid", "范围在网格之外"),
}
