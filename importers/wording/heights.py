"""What is said about height grids: their numbers, units, systems and blunders, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "heights-beyond": (
        "heights run from {low:.2f} to {high:.2f}, where {least:g} to {most:g} m are to be expected: some may be wrong, in another unit, or no heights",
        "高程从{low:.2f}到{high:.2f}，而预期在{least:g}至{most:g}米之间：有的可能有误、单位不同或不是高程",
    ),
    "height-none": (
        "no height where others have one: kept without",
        "没有高程而其他要素有：按无高程保存",
    ),
    "height-missing": (
        "a height is missing where others have one: kept as 0, which is no height",
        "个别点缺少高程而其他点有：按0保存，并非真实高程",
    ),
    "cells-void": (
        "{name}: {voids} of {cells} cells ({voids2:.1%}) are voids, kept as no data",
        "{name}：{cells}个格网单元中{voids}个（{voids2:.1%}）为空洞，作为无数据保留",
    ),
    "cells-flat": (
        "{name}: {flat} cells lie in patches of exactly one height{where}: still water, or voids that were filled",
        "{name}：{flat}个格网单元所在的片区高程完全相同{where}：静止水面，或填补过的空洞",
    ),
    "heights-in-other-unit": (
        "; in {units} they would: --option unit={units2}",
        "；若单位是{units}则相符：--option unit={units2}",
    ),
    "heights-unexpected": (
        "{name}: the median height is {median_m:.0f} m, where {low:g} to {high:g} m are to be expected{hint}",
        "{name}：高程中位数为{median_m:.0f}米，预期应在{low:g}至{high:g}米之间{hint}",
    ),
    "heights-against-layer": (
        "{layer}: at {cells} places these lie {offset_m} m to those published, scattered by {scatter_m:.2f} m",
        "{layer}：{cells}处与已发布的高程相差{offset_m}米，离散{scatter_m:.2f}米",
    ),
    "heights-look-like": (
        "; they are {times:.2f} times as high, as if in {unit}: --option unit={unit}",
        "；为其{times:.2f}倍，像是以{unit}为单位：--option unit={unit}",
    ),
    "published-look-like": (
        "; they are {times:.3g} times as high, as if the published ones were in {unit}",
        "；为其{times:.3g}倍，像是已发布的高程以{unit}为单位",
    ),
    "heights-steady": (
        "; one steady step, as between two height systems (these: {ours}, those: {theirs}): --heights says which system these are in; --option to_heights with --option heights_add_m brings them to the other",
        "；相差恒定，像是两个高程系统之间的差（本数据：{ours}，已发布：{theirs}）：用--heights说明本数据的高程系统；用--option to_heights和--option heights_add_m换到另一个系统",
    ),
    "sea-level-fill": (
        "{name}: {flat_zero} cells lie in flat patches of exactly 0 m while the median height is {median_m:.0f} m: probably sea level filled into voids{where}",
        "{name}：{flat_zero}个格网单元成片恰为0米，而高程中位数为{median_m:.0f}米：可能是用海平面填了空洞{where}",
    ),
    "one-height": (
        "{name}: every cell has the same height, {lowest_m:g} m",
        "{name}：所有格网单元高程相同，均为{lowest_m:g}米",
    ),
    "spikes": (
        "{name}: {spikes} cells stand alone far above or below all neighbours{where}",
        "{name}：{spikes}个格网单元孤立地远高于或低于所有相邻单元{where}",
    ),
    "impossible-heights": (
        "{name}: {impossible} cells are below {lowest_m:.0f} m or above {highest_m:.0f} m, which no place on land is{where}; is the unit right?",
        "{name}：{impossible}个格网单元低于{lowest_m:.0f}米或高于{highest_m:.0f}米，陆地上没有这样的地方{where}；单位是否正确？",
    ),
    "first-cell": (
        " (the first at column {first}, row {first2})",
        "（第一个在第{first}列、第{first2}行）",
    ),
    "driver-is-heights": (
        "{driver} is a format of height grids",
        "{driver}是高程格网的格式",
    ),
    "name-says-heights": (
        "one band of {dtype} in a file named {file}",
        "文件名为{file}，只有一个{dtype}波段",
    ),
    "band-unit-is": (
        "the band's unit is {unit}",
        "波段单位为{unit}",
    ),
    "grid-one-band": (
        "{sheet} has {count} bands; a height grid has one",
        "{sheet}有{count}个波段，高程格网只有一个",
    ),
    "moved-interpolated": (
        "moved to an upright grid, interpolated",
        "内插到正北方向的格网",
    ),
    "cells-all-void": (
        "{sheet}: every cell is void",
        "{sheet}：所有格网单元都是空洞",
    ),
    "files-nodata": (
        "the file's nodata value",
        "文件的无数据值",
    ),
    "file-declares-nodata": (
        "the file declares {declared:g}",
        "文件声明为{declared:g}",
    ),
    "no-nodata-declared": (
        "no nodata value is declared",
        "文件没有声明无数据值",
    ),
    "usual-void-mark": (
        "{value:g} is no height and a usual mark of voids",
        "{value:g}不可能是高程，是空洞的常用标记",
    ),
    "holds-no-points": (
        "{file}: holds no points",
        "{file}：没有点",
    ),
    "points-no-grid": (
        "{file}: its {count} points do not form a grid ({columns} x {rows} cells at a spacing of {step_x:g} x {step_y:g}); make a grid of scattered points first, or import them as points",
        "{file}：其{count}个点不构成格网（{columns} x {rows}个单元，间距{step_x:g} x {step_y:g}）；请先把散点内插为格网，或作为点导入",
    ),
    "point-off-grid": (
        "{file}: the point {x:.10g}, {y:.10g} lies off the grid of {step_x:g} x {step_y:g} that the others form; make a grid of scattered points first, or import them as points",
        "{file}：点{x:.10g}, {y:.10g}不在其余点构成的{step_x:g} x {step_y:g}格网上；请先把散点内插为格网，或作为点导入",
    ),
    "lines-not-xyz": (
        "{file}: its lines are not three numbers x y z",
        "{file}：各行不是x y z三个数",
    ),
    "line-not-xyz": (
        "{file}: a line is not three numbers x y z ({reason})",
        "{file}：有一行不是x y z三个数（{reason}）",
    ),
    "line-not-xyz-error": (
        "{file}: a line is not three numbers x y z ({error})",
        "{file}：有一行不是x y z三个数（{error}）",
    ),
    "line-not-three": (
        "{file}: a line does not have three numbers",
        "{file}：有一行不是三个数",
    ),
    "grid-too-many": (
        "{file}: holds {found} numbers where its header claims {cells}; those after the last cell are left",
        "{file}：含{found}个数，文件头自称{cells}个；多出的未取",
    ),
    "grid-not-height": (
        "{file}: holds {shown!r} where a height should be; it is damaged",
        "{file}：应为高程处是“{shown}”；文件损坏",
    ),
    "band-called": ("the band is called {name}", "波段名为{name}"),
    "nsdtf-header": (
        "{file}: the header of the NSDTF-DEM lacks something or is no number ({error})",
        "{file}：NSDTF-DEM文件头缺项或不是数（{error}）",
    ),
    "nsdtf-count": (
        "{file}: {found} heights where the header claims {rows} x {columns}; the file is cut off or damaged",
        "{file}：有{found}个高程，文件头为{rows} x {columns}；文件被截断或已损坏",
    ),
    "nsdtf-not-so": (
        "{file}: a turned or compressed NSDTF-DEM, or one in degrees, minutes and seconds, is not read ({what}); save it "
        "plain, or as GeoTIFF",
        "{file}：不读旋转、压缩或以度分秒为单位的NSDTF-DEM（{what}）；请存为普通格式或GeoTIFF",
    ),
    "heights-contradicted": (
        "{sheet}: the file or its format says {stated}; {name} was taken because the user says so, and no height was changed",
        "{sheet}：文件或其格式说明为{stated}；按您所说采用{name}，高程值未改动",
    ),
    "heights-add": (
        "heights_add_m={said} is no number of metres between -{most:g} and {most:g}",
        "heights_add_m={said}不是-{most:g}到{most:g}之间的米数",
    ),
    "heights-no-way": (
        "{sheet}: no number is known that leads from {system} to {target}: between them lies a surface; change the heights with the city's geoid model first, or import them in their own system",
        "{sheet}：没有已知的常数可由{system}换算到{target}：两者之间是曲面；请先用本市的似大地水准面模型换算，或按其自身高程系统导入",
    ),
    "height-change": ("height change", "高程换算"),
    "metres-added": ("{metres} m to every height", "每个高程加{metres}米"),
    "heights-nominal": (
        "{sheet}: {system} to {target} by the difference at the origin, nominal: networks adjusted anew differ from it by centimetres; ask for the local difference",
        "{sheet}：由{system}到{target}采用原点处的差值，仅为标称值：重新平差的水准网与之相差厘米级，请查询当地差值",
    ),
}
