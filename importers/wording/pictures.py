"""What is said about pictures: what they hold, their edges and their files, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "drawing-raster": (
        "drawing {name}",
        "正在绘制{name}",
    ),
    "not-our-picture": (
        "{file}: not a picture that this service published",
        "{file}：不是本系统发布的影像",
    ),
    "alpha-option": (
        "alpha is mask or band, not {said!r}",
        "alpha应为mask或band，而不是“{said}”",
    ),
    "alpha-share": (
        "{share:.0%} of it lie between nothing and full, as in a picture",
        "其中{share:.0%}介于全透明与不透明之间，如同影像",
    ),
    "alpha-mask-hint": (
        "alpha=mask takes it as a mask",
        "alpha=mask则作为掩膜",
    ),
    "alpha-as-band": (
        "band {number}, declared alpha, is taken as a band",
        "声明为透明度的第{number}波段按普通波段处理",
    ),
    "palette-colours": (
        "its palette has {used} colours in use",
        "调色板中用到{used}种颜色",
    ),
    "palette-values": (
        "a palette with {used} values in use",
        "调色板，用到{used}个值",
    ),
    "one-bit": (
        "one bit per pixel",
        "每像素一位",
    ),
    "values-not-8-bit": (
        "values are {dtype}, not 8-bit pictures",
        "像元值为{dtype}，不是8位影像",
    ),
    "three-8-bit-bands": (
        "three 8-bit bands",
        "三个8位波段",
    ),
    "no-photo-bands": (
        "{count} bands, which no photograph has",
        "有{count}个波段，照片没有这样的",
    ),
    "one-8-bit-band": (
        "one 8-bit band with {used} different values in the sample",
        "一个8位波段，样本中有{used}个不同的值",
    ),
    "one-8-bit-band-few": (
        "one 8-bit band with only {used} different values in the sample",
        "一个8位波段，样本中只有{used}个不同的值",
    ),
    "photo-needs-8-bit": (
        "content=photo is for 8-bit pictures; leave it out, the values are stretched for display",
        "content=photo用于8位影像；不要给出它，显示时会自动拉伸",
    ),
    "content-option": (
        "content is photo, values or classes, not {said!r}",
        "content应为photo、values或classes，而不是“{said}”",
    ),
    "bands-option": (
        "bands is a list of numbers such as 4,3,2, not {said!r}",
        "bands是波段号的列表，如4,3,2，而不是“{said}”",
    ),
    "bands-not-there": (
        "{file} has bands 1 to {count}; {said!r} names others",
        "{file}有第1至{count}波段，“{said}”指了别的波段",
    ),
    "seams-compared": (
        "{count} of {pairs} neighbouring pairs compared: {what} {np:.2f} m in the median, {apart_m:.2f} m at most, between {one} and {other}; {bad} beyond {limit_m:g} m",
        "比较了{pairs}对相邻图幅中的{count}对：{what}，中位数{np:.2f}米，最大{apart_m:.2f}米，在{one}与{other}之间；{bad}对超过{limit_m:g}米",
    ),
    "one-colour": (
        "{sheet}: every pixel has the same colour ({colour})",
        "{sheet}：所有像元颜色相同（{colour}）",
    ),
    "frame-reaches-in": (
        "a {colour} frame of {share:.1%} reaches in from the edge",
        "{colour}边框由边缘向内，占{share:.1%}",
    ),
    "collar-keep-hint": (
        "collar=keep keeps it",
        "collar=keep则保留",
    ),
    "frame-as-nodata": (
        "{colour} frame taken as no data",
        "{colour}边框作为无数据",
    ),
    "beyond-mercator": (
        "{sheet}: lies wholly beyond {mercator_limit:.2f} degrees, where the default grid ends; content=values keeps it in its own system",
        "{sheet}：全部超出{mercator_limit:.2f}度，默认格网到此为止；content=values可保留其自身坐标系",
    ),
    "raster-gone": (
        "{file} cannot be opened any more: the disk, share or bucket it lies on may be away; try again when it is back",
        "无法再打开 {file}：其所在的磁盘、共享目录或存储桶可能已断开；请恢复后重试",
    ),
    "drawn-coarser": (
        "{sheet}: drawn at zoom {zoom} instead of {fine}; so far north it would be blown up",
        "{sheet}：以{zoom}级而不是{fine}级绘制；在这样高的纬度会被放大",
    ),
    "moved-nearest": (
        "moved to an upright grid by nearest neighbour",
        "用最近邻法移到正北方向的格网",
    ),
    "turned-upright": (
        "turned the right way up",
        "已翻正",
    ),
    "rows-northwards": (
        "its rows run northwards",
        "其行自南向北",
    ),
    "placed-by-gcps": (
        "it is placed by control points",
        "由控制点定位",
    ),
    "datum-changed": (
        "its datum is changed: {steps}",
        "其基准已转换：{steps}",
    ),
    "drawing-overview": (
        "drawing the overview of all sheets",
        "正在绘制所有图幅的概览",
    ),
    "band-is": ("band {number} is a {said}", "第{number}波段是{said}"),
}
