"""What is said of maps, tiles, styles and printed pages that cannot be drawn as asked, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "subset-form": (
        'subset is written Lat(34:35),Lon(115:116) or time("2020-01-01":"2020-12-31"), not {given!r}',
        'subset应写作Lat(34:35),Lon(115:116)或time("2020-01-01":"2020-12-31")，而不是“{given}”',
    ),
    "subset-twice": ("subset says the axis {axis} twice", "subset中的轴{axis}出现了两次"),
    "subset-point": (
        "subset gives one value for {axis}; a map needs a low and a high one: {axis}(low:high)",
        "subset只给了{axis}的一个值；地图需要下限和上限：{axis}(下限:上限)",
    ),
    "subset-axis": (
        "subset has an axis {axis!r}; those of subset-crs are {axes}",
        "subset中有轴“{axis}”；subset-crs的轴为{axes}",
    ),
    "subset-empty": (
        "subset has no extent: an axis' first value is the lower one",
        "subset没有范围：轴的第一个值应为下限",
    ),
    "subset-degrees": (
        "subset is in degrees, longitude -180 to 180 and latitude -90 to 90; say subset-crs for metres",
        "subset以度为单位，经度-180至180，纬度-90至90；若为米请给出subset-crs",
    ),
    "subset-time-none": (
        "{layer} has nothing at time {given!r}; its times are {extent}",
        "{layer}在时间“{given}”没有内容；其时间范围为{extent}",
    ),
    "subset-time": (
        'subset writes a time in quotes: time("2020-01-01") or time("2020-01-01":"2020-12-31"), * for open',
        'subset中的时间要加引号：time("2020-01-01")或time("2020-01-01":"2020-12-31")，不限的一端写*',
    ),
    "map-bbox-and-subset": (
        "give the place by bbox or by subset, not both",
        "位置请用bbox或subset给出，不要同时使用",
    ),
    "map-datetime-and-subset": (
        "give the time by datetime or by subset, not both",
        "时间请用datetime或subset给出，不要同时使用",
    ),
    "paper-offered": ("paper is one of {offered}", "paper应为{offered}之一"),
    "orientation-offered": (
        "orientation is landscape or portrait",
        "orientation应为landscape（横向）或portrait（纵向）",
    ),
    "scale-range": ("scale-denominator is {low:.0f} to {high:.0f}", "scale-denominator为{low:.0f}至{high:.0f}"),
    "page-bbox": ("bbox of a page is west,south,east,north in degrees", "打印页的bbox应为西,南,东,北，单位为度"),
    "page-center": (
        "the center of a page is longitude,latitude inside what its plane can express",
        "打印页的center应为经度,纬度，且在其平面所能表达的范围内",
    ),
    "not-for-page": (
        "{name} is not for a page: it is in the frame's plane, on white, as large as its paper",
        "{name}不用于打印页：它在底图的平面上，白底，大小与纸张相同",
    ),
    "style-rendering": (
        "rendering is contours, of an elevation layer; pictures carry theirs in the address",
        "rendering只有高程图层的contours；图片的绘制方式写在地址中",
    ),
    "form-mvt": ("f is mvt", "f应为mvt"),
    "vector-one-style": ("a vector layer has one style, {style}", "矢量图层只有一种样式：{style}"),
    "picture-form": (
        "f={given!r} is not offered; choose png, jpeg, webp or avif",
        "不提供f=“{given}”；可选png、jpeg、webp或avif",
    ),
    "filter-one-tile": (
        "a filter narrows one layer; ask for its tile alone",
        "过滤条件只针对一个图层；请单独请求它的瓦片",
    ),
    "interval-metres": ("interval is metres of height, not {given!r}", "interval为等高距（米），而不是“{given}”"),
    "style-none": ("layer {layer} has no style {style!r}", "图层{layer}没有样式“{style}”"),
    "filter-one-map": (
        "a filter narrows one layer; ask for its map alone",
        "过滤条件只针对一个图层；请单独请求它的地图",
    ),
    "page-only": ("{name} is for a page; add f=pdf", "{name}用于打印页；请加上f=pdf"),
    "imagery-tiles": (
        "layer {layer!r} is imagery: its tiles are at /collections/{name}/map/tiles",
        "图层“{layer}”是影像：其瓦片在/collections/{name}/map/tiles",
    ),
    "tilejson-format": ("format is mvt, png, jpg or webp", "format应为mvt、png、jpg或webp"),
    "tilejson-picture": ("format is png, jpg or webp", "format应为png、jpg或webp"),
    "service-style-none": ("there is no style {style!r}", "没有样式“{style}”"),
    "scale-positive": ("scale-denominator is more than 0", "scale-denominator应大于0"),
    "picture-size": (
        "the picture would be {width:.0f} x {height:.0f} pixels; ask for a smaller scale or box",
        "图片将有{width:.0f}×{height:.0f}像素；请用更小的比例尺或范围",
    ),
    "pixel-size": ("mm-per-pixel is 0.02 to 2", "mm-per-pixel为0.02至2"),
    "bbox-corners": ("bbox has no extent: its first corner is the lower one", "bbox没有范围：第一个角点应为左下角"),
    "bbox-degrees": (
        "bbox is in degrees, longitude -180 to 180 and latitude -90 to 90",
        "bbox以度为单位，经度-180至180，纬度-90至90",
    ),
    "center-outside": (
        "the center lies outside what the map's coordinate system can express",
        "center超出地图坐标系所能表达的范围",
    ),
    "bbox-or-center": ("give a bbox or a center, not both", "请给出bbox或center之一，不要同时给出"),
    "bbox-scale-size": (
        "a bbox with a scale has its size; leave width and height out",
        "有比例尺的bbox大小已定；请去掉width和height",
    ),
    "drawing-most": (
        "a drawing takes at most {most} features; choose a part with bbox or filter",
        "图形文件至多容纳{most}个要素；请用bbox或filter选取一部分",
    ),
    "tile-numbers": (
        "row {row!r}, column {column!r} are no numbers of a tile",
        "行“{row}”、列“{column}”不是瓦片的行列号",
    ),
    "tile-limits": (
        "tile {tile} lies outside the tileMatrixSetLimits of this tileset",
        "瓦片{tile}在此瓦片集的tileMatrixSetLimits之外",
    ),
    "tile-suffix": (
        "there is no .{suffix} tile; the suffixes are mvt, png, jpg, webp, avif",
        "没有.{suffix}瓦片；后缀有mvt、png、jpg、webp、avif",
    ),
    "wmts-numbers": ("row, column, j and i are whole numbers", "row、column、j、i为整数"),
    "wmts-pixels": ("j and i are pixels of a tile, 0 to {last}", "j、i为瓦片内的像素，0至{last}"),
    "style-object": ("style must be a JSON object", "style应为JSON对象"),
    "style-not-json": ("style is not JSON: {why}", "style不是JSON：{why}"),
}
