"""What is said about coordinate systems, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "datum-not-in-numbers": (
        "the datum cannot be read from coordinates: CGCS2000, Xi'an 1980 and Beijing 1954 differ by only 50 to 120 m here",
        "基准不能从坐标值看出：CGCS2000、1980西安和1954北京坐标在此地仅相差50至120米",
    ),
    "file-states-none": (
        "the file states none",
        "文件没有说明",
    ),
    "same-as": (
        "the same as {same} in every parameter that matters",
        "在所有重要参数上与{same}相同",
    ),
    "datum-option": (
        "--datum {datum}: degrees of a web map",
        "--datum {datum}：网络地图的度坐标",
    ),
    "file-declares": (
        "the file declares {declared}",
        "文件声明为{declared}",
    ),
    "file-declares-none": (
        "the file declares none",
        "文件没有声明",
    ),
    "share-in-frame": (
        "{share:.0%} of the points would lie in {title}",
        "{share:.0%}的点会落在{title}范围内",
    ),
    "none-in-frame": (
        "no point would lie in {title}",
        "没有点会落在{title}范围内",
    ),
    "eastings-begin-with": (
        "the eastings begin with zone number {zone}",
        "东坐标以带号{zone}开头",
    ),
    "axes-would-swap": (
        "the north ordinate would come first: the axes would have to be swapped (--axis yx)",
        "北坐标会在前：须交换坐标轴（--axis yx）",
    ),
    "local-meridian-possible": (
        "a local central meridian would give eastings like these too",
        "地方中央子午线也会得到这样的东坐标",
    ),
    "as-written-outside": (
        "as written no point lies in the frame",
        "按原样没有点在底图范围内",
    ),
    "swapped-inside": (
        "swapped, {there:.0%} of the points do",
        "交换后{there:.0%}的点在范围内",
    ),
    "north-first-swapped": (
        "the north ordinate comes first: swapped",
        "北坐标在前：已交换",
    ),
    "vertices-in-zone": (
        "{count} sampled vertices in zone {zone}",
        "抽样顶点中{count}个在{zone}带",
    ),
    "zones-mixed": (
        "zones {names} are mixed: each feature is placed by its own zone number",
        "{names}带混在一起：各要素按自己的带号定位",
    ),
    "so-placed-inside": (
        "so placed, the points lie in the frame",
        "这样定位后各点在底图范围内",
    ),
    "not-places-in-it": (
        "its ordinates run from {bounds}, which are not places in it",
        "其坐标值为{bounds}，在该坐标系中不是任何地方",
    ),
    "no-datum-named": (
        "the coordinate system names no datum, only the ellipsoid {spheroid}: positions may be off by it",
        "坐标系没有写明基准，只有椭球{spheroid}：位置可能因此有偏差",
    ),
    "data-outside-frame": (
        "the data lie outside {title}",
        "数据位于{title}范围之外",
    ),
    "would-lie-as": (
        "as {crs} they would lie in {title}: if that is what they are, say --crs {code}",
        "若按{crs}，则位于{title}之内；若确属该坐标系，请用--crs {code}说明",
    ),
    "partly-swapped": (
        "{here:.0%} of the points lie in the frame as they are written, {there:.0%} only with x and y swapped: put the axes of all rows in one order",
        "{here:.0%}的点按原样位于范围内，{there:.0%}的点只有对调x、y才在范围内：请统一各行的坐标轴顺序",
    ),
    "declared-but-said": (
        "the file declares {declared}; {said} was used because the user says so",
        "文件声明为{declared}；按您所说使用了{said}",
    ),
    "the-coordinate-system": (
        "the coordinate system",
        "坐标系",
    ),
    "ordinate-box": (
        "({west:.9g}, {south:.9g}) to ({east:.9g}, {north:.9g})",
        "({west:.9g}, {south:.9g})至({east:.9g}, {north:.9g})",
    ),
    "unknown-shift": (
        "{shift!r} is not a shift we can undo; say gcj02 (Amap, Tencent) or bd09 (Baidu)",
        "“{shift}”不是可以去除的偏移，请用gcj02（高德、腾讯）或bd09（百度）",
    ),
    "gcj-by-inversion": (
        "{name} to WGS 84 by iterated inversion",
        "{name}经迭代反算至WGS 84",
    ),
    "unknown": (
        "unknown",
        "未知",
    ),
    "file-declares-no-crs": (
        "the file declares no coordinate system",
        "文件没有声明坐标系",
    ),
    "only-local-system": (
        "the file names only a local system, {crs!r}",
        "文件只写了地方坐标系“{crs}”",
    ),
    "declares-but-believed": (
        "{file} declares {own}; {crs} was believed as you said",
        "{file}声明为{own}；按您所说采用{crs}",
    ),
    "old-name": (
        "{crs} is the old name of the same numbers",
        "{crs}是同一数值的旧名",
    ),
    "no-code-exactly": (
        "{crs} (no EPSG code is exactly this)",
        "{crs}（没有EPSG代码与之完全相同）",
    ),
    "numbers-of-the-code": (
        "its numbers are those of the code, though it is written otherwise",
        "其数值就是该代码的，尽管写法不同",
    ),
    "wgs84-nominal": (
        "WGS 84, nominal 2 m",
        "WGS 84，标称2米",
    ),
    "names-ellipsoid-only": (
        "the file names the ellipsoid {ellipsoid} and no datum",
        "文件写了椭球{ellipsoid}，没有写基准",
    ),
    "datums-within-2m": (
        "datums on this ellipsoid lie within 2 m of WGS 84",
        "以此椭球为准的基准与WGS 84相差在2米以内",
    ),
    "taken-as-wgs84": (
        "no datum is named, only the ellipsoid {ellipsoid}: taken as WGS 84 within 2 m; give --crs to say better",
        "没有写明基准，只有椭球{ellipsoid}：按WGS 84处理，2米以内；可用--crs更准确地说明",
    ),
    "only-rpc": (
        "it has only rational polynomial coefficients; make an orthophoto of it with a height model first",
        "只有有理多项式系数；请先用高程模型制作正射影像",
    ),
    "nowhere-on-ground": (
        "it says nowhere on the ground it lies: no geotransform, world file or control points; add a world file",
        "没有说明位于何处：没有仿射变换、坐标文件或控制点；请加上坐标文件",
    ),
    "photo-from-air": (
        "it tells where the camera was, not which ground it shows: make an orthophoto of the photographs first",
        "只说明了相机的位置，没有说明所拍地面的位置：请先由像片制作正射影像",
    ),
    "world-file-unread": (
        "its world file {file} cannot be read: six numbers are wanted, one a line",
        "坐标文件{file}无法读取：应为六个数字，每行一个",
    ),
    "where-it-lies": (
        "where {file} lies",
        "{file}的位置",
    ),
    "told-ordinates": (
        "{told}; its ordinates are x {x:.9g} to {x2:.9g}, y {y:.9g} to {y2:.9g}",
        "{told}；其坐标值x {x:.9g}至{x2:.9g}，y {y:.9g}至{y2:.9g}",
    ),
    "datums-not-told-apart": (
        "; in the systems offered it would lie inside the frame, but no number tells their datums apart",
        "；按所列坐标系都在底图范围内，但数值分不清其基准",
    ),
    "crs-of": (
        "the coordinate system of {file}",
        "{file}的坐标系",
    ),
    "file-why": (
        "{name}: {why}",
        "{name}：{why}",
    ),
    "file-why-say": (
        "{name}: {why}. Say {option} EPSG:…{offered}",
        "{name}：{why}。请用{option} EPSG:…说明{offered}",
    ),
    "outside-crs-area": (
        "{note}; the data lie outside the area {crs} is meant for",
        "{note}；数据位于{crs}适用范围之外",
    ),
    "given-but": ("{crs} is given, but {impossible}", "给出的是{crs}，但{impossible}"),
    "declared-but": ("{crs} is declared, but {impossible}", "声明的是{crs}，但{impossible}"),
    "ordinates-run": ("{why}; ordinates run from {bounds}", "{why}；坐标值为{bounds}"),
    "gcj-note": (
        "approximate, source {name}, nominal 5 m, not for survey or cadastre",
        "近似，来源{name}，标称5米，不得用于测绘或地籍",
    ),
    "degrees-in-projected": (
        "the ordinates {bounds} are degrees: as such they lie here, in metres of this system far away",
        "坐标{bounds}是度：按度位于本地，按该坐标系的米则在远处",
    ),
    "another-zone": (
        "the eastings begin with zone number {zone}, and this system's with {own}",
        "东坐标以带号{zone}开头，而该坐标系的带号是{own}",
    ),
    "geojson-without-crs": (
        "GeoJSON without a crs member is WGS 84 (RFC 7946)",
        "没有crs成员的GeoJSON按规范是WGS 84（RFC 7946）",
    ),
    "geojson-crs-names-none": (
        "its crs member names no system that is known: {member}",
        "其crs成员没有指明可识别的坐标系：{member}",
    ),
    "gml-several-systems": (
        "its features name several coordinate systems: {names}; one --crs would be taken for all",
        "其要素指明了几个坐标系：{names}；--crs会用于全部",
    ),
    "ellipsoid-raised": (
        "the coordinate system names CGCS2000 with another ellipsoid, its axis changed by {metres:.2f} m, as is done for "
        "a plane of compensation: it needs the city's own parameters",
        "坐标系名为CGCS2000而椭球不同，长半轴改变了{metres:.2f}米，当为抵偿高程面坐标系：需要城市自己的参数",
    ),
}
