"""What is said about imagery and elevation, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
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
    "nodata-option": (
        "nodata is a number or nan, not {said!r}",
        "nodata应为数字或nan，而不是“{said}”",
    ),
    "seams-compared": (
        "{count} of {pairs} neighbouring pairs compared: {what} {np:.2f} m in the median, {apart_m:.2f} m at most, between {one} and {other}; {bad} beyond {limit_m:g} m",
        "比较了{pairs}对相邻图幅中的{count}对：{what}，中位数{np:.2f}米，最大{apart_m:.2f}米，在{one}与{other}之间；{bad}对超过{limit_m:g}米",
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
    "rows-turned": (
        "its rows and columns are turned",
        "其行列是旋转的",
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
    "gcp-cannot-place": (
        "{name}: its {count} control points cannot place it; at least three that form a triangle are needed",
        "{name}：其{count}个控制点不能定位；至少需要三个构成三角形的点",
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
    "shift-vectors-only": (
        "{file}: {datum} shifts are taken off vector data only; give it its true place",
        "{file}：{datum}偏移只能从矢量数据中去除，请给出其真实位置",
    ),
    "ordinates-not-in-crs": (
        "{file}: its ordinates, x {x:.9g} to {x2:.9g}, y {y:.9g} to {y2:.9g}, are not in {crs}; say with --crs which coordinate system they are in",
        "{file}：其坐标值x {x:.9g}至{x2:.9g}、y {y:.9g}至{y2:.9g}不在{crs}中；请用--crs说明其坐标系",
    ),
    "geotransform-flat": (
        "{file}: its geotransform {tuple} gives its cells no area; it lies nowhere on the ground",
        "{file}：其仿射变换{tuple}使像元没有面积，在地面上没有位置",
    ),
    "far-from-area": (
        "{file}: in {crs} it would lie at {np:.1f} E, {np2:.1f} N, far from {west:g} to {east:g} E, {south:g} to {north:g} N where that system is used; say with --crs which coordinate system it is in",
        "{file}：按{crs}它会位于东经{np:.1f}、北纬{np2:.1f}，远离该坐标系使用的东经{west:g}至{east:g}、北纬{south:g}至{north:g}；请用--crs说明其坐标系",
    ),
    "placed-by-points": (
        "{file}: placed by {points} control points, polynomial of order {order}, residual {residual_px:.2f} pixels, worst {worst_px:.2f}",
        "{file}：由{points}个控制点定位，{order}次多项式，残差{residual_px:.2f}像元，最大{worst_px:.2f}",
    ),
    "crosses-180": (
        "{file}: crosses 180 degrees of longitude; kept as {count} pieces",
        "{file}：跨越180度经线，分为{count}片保存",
    ),
    "point-residual": (
        "{file}: residual {residual_px:.2f} pixels, worst {worst_px:.2f}: a wrong point?",
        "{file}：残差{residual_px:.2f}像元，最大{worst_px:.2f}：是否有错点？",
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
    "sheets-did-not-pass": (
        "{name} did not pass ({failed}); --publish-failed publishes it all the same",
        "{name}未通过检查（{failed}）；--publish-failed可仍然发布",
    ),
    "files-published": (
        "files published",
        "已发布文件",
    ),
    "sheets-add-up": (
        "{read} sheets read = {kept} kept + {refused} refused",
        "读入{read}幅 = 保留{kept} + 拒绝{refused}",
    ),
    "sheets-refused": (
        "{refused} of {read} sheets refused",
        "{read}幅中拒绝了{refused}幅",
    ),
    "accuracy-not-stated": (
        "accuracy not stated",
        "精度未说明",
    ),
    "height-system-unknown": (
        "height system unknown",
        "高程系统未知",
    ),
    "every-pixel-nodata": (
        "every pixel is nodata",
        "所有像元都是无数据",
    ),
    "no-raster": (
        "{file}: no raster",
        "{file}：不是栅格",
    ),
    "no-vrt": (
        "a VRT only points to other files, which are not followed; give the files themselves",
        "VRT只是指向其他文件，不予跟随；请提交那些文件本身",
    ),
    "no-ecw": (
        "ECW needs a licensed decoder; convert it to GeoTIFF (gdal_translate) first",
        "ECW需要授权的解码器；请先转为GeoTIFF（gdal_translate）",
    ),
    "no-mrsid": (
        "MrSID needs a licensed decoder; convert it to GeoTIFF (gdal_translate) first",
        "MrSID需要授权的解码器；请先转为GeoTIFF（gdal_translate）",
    ),
    "no-wms": (
        "a WMS description only points to a server, which is not called; give the pixels as files",
        "WMS描述文件只是指向服务器，不会调用；请提交影像文件",
    ),
    "no-mbtiles": (
        "MBTiles holds rendered tiles; give the imagery they were made from",
        "MBTiles是渲染好的瓦片；请提供制作它的影像",
    ),
    "cannot-be-read-because": (
        "{file}: cannot be read, {strerror}",
        "{file}：无法读取，{strerror}",
    ),
    "file-sentence": (
        "{file}: {sentence}",
        "{file}：{sentence}",
    ),
    "raster-not-imported": (
        "{file}: not a raster format that is imported",
        "{file}：不是可导入的栅格格式",
    ),
    "content-contradicts-name": (
        "{file}: the content is {driver}, which the name's ending contradicts; rename it",
        "{file}：内容是{driver}，与扩展名矛盾；请改名",
    ),
    "file-why-not": (
        "{file}: {why_not}",
        "{file}：{why_not}",
    ),
    "raster-layer-unknown": (
        "{file}: {layer!r} is not the name of a layer in a raster file",
        "{file}：“{layer}”不是栅格文件中图层的名称",
    ),
    "the-file-is-empty": (
        "the file is empty",
        "文件是空的",
    ),
    "hgt-size": (
        "an .hgt file has {sizes}; this one has {st_size} and is damaged or of another kind",
        ".hgt文件为{sizes}；此文件为{st_size}，已损坏或不是这种文件",
    ),
    "hgt-name": (
        "an .hgt file says where it lies by its name alone, such as N34E115.hgt (south-west corner); rename it",
        ".hgt文件只以文件名说明位置，如N34E115.hgt（西南角）；请改名",
    ),
    "not-xyz-grid": (
        "its lines are not x y z of points on a grid, or they are too few to tell its spacing",
        "各行不是格网点的x y z，或点太少看不出间距",
    ),
    "has-byte-order-mark": (
        "it begins with a byte order mark, which no grid reader takes; save it as plain ASCII",
        "以字节顺序标记开头，格网读取程序都不接受；请存为纯ASCII",
    ),
    "gdal-cut-off": (
        "it is damaged or cut off, GDAL cannot open it",
        "已损坏或被截断，GDAL无法打开",
    ),
    "gdal-cannot-open": (
        "GDAL cannot open it",
        "GDAL无法打开",
    ),
    "block-undecodable": (
        "a block of it cannot be decoded",
        "有一块无法解码",
    ),
    "block-unreadable": (
        "block {block}, {block2} of band {block3} cannot be read ({reason})",
        "第{block3}波段的块{block}, {block2}无法读取（{reason}）",
    ),
    "raster-damaged": (
        "{file}: the file is damaged: {reason}",
        "{file}：文件已损坏：{reason}",
    ),
    "complex-numbers": (
        "{file}: holds complex numbers; compute the magnitude or the phase first",
        "{file}：是复数；请先计算幅度或相位",
    ),
    "no-bands": (
        "{file}: holds no bands",
        "{file}：没有波段",
    ),
    "prj-beside": (
        "the .prj beside it",
        "旁边的.prj",
    ),
    "checksums-differ": (
        "{file}: its checksums do not match its heights; it may have been altered or damaged",
        "{file}：校验和与高程不符；可能被改动或损坏",
    ),
    "holds-pictures": (
        "{file}: holds {count} pictures; the first is taken, save the others as files",
        "{file}：含{count}幅影像；取第一幅，其余请另存为文件",
    ),
    "raster-claims": (
        "{file}: claims {width} x {height} pixels in {count} bands",
        "{file}：自称{width} x {height}像元、{count}个波段",
    ),
    "raster-too-large": (
        "{what}, more than is imported from one file; cut it into sheets",
        "{what}，超过单个文件可导入的大小；请分幅",
    ),
    "raster-too-many-bands": (
        "{what}; at most {max_bands} are imported: save those that are wanted in a file",
        "{what}；最多导入{max_bands}个波段：请把需要的另存为文件",
    ),
    "raster-cut-off": (
        "{what}, which take {claimed} bytes, but has {st_size}; it is cut off",
        "{what}，需{claimed}字节，实有{st_size}字节；被截断",
    ),
    "raster-bomb": (
        "{what}, {claimed:.1f} GB, but has only {size} bytes; it is damaged or made to harm",
        "{what}，{claimed:.1f} GB，实有仅{size}字节；已损坏或蓄意制造",
    ),
    "join-needs-layer": (
        "join=yes adds sheets to a layer, which does not exist yet; import it first",
        "join=yes把图幅加入已有图层，而该图层尚不存在；请先导入",
    ),
    "no-sheet-taken": (
        "no sheet could be taken: {refused}",
        "没有一幅可以采用：{refused}",
    ),
    "sheet-reason": (
        "{sheet}: {reason}",
        "{sheet}：{reason}",
    ),
    "no-pixel": (
        "{name}: holds no pixel with data",
        "{name}：没有一个有数据的像元",
    ),
    "image-empty": (
        "{name}: the image is empty, every pixel is nodata",
        "{name}：影像是空的，所有像元都是无数据",
    ),
    "values-kept": (
        "rasters whose values are kept",
        "保留数值的栅格",
    ),
    "other-content": (
        "its content is {content}, the other sheets are {other}; import it as a layer of its own",
        "其内容为{content}，其他图幅为{other}；请作为单独的图层导入",
    ),
    "other-bands": (
        "its bands are {has}, those of the other sheets {want}; import it as a layer of its own",
        "其波段为{has}，其他图幅为{want}；请作为单独的图层导入",
    ),
    "stack-one-band": (
        "{sheet} has {count} bands; stack=yes takes files of one",
        "{sheet}有{count}个波段；stack=yes只接受单波段文件",
    ),
    "stack-other-pixels": (
        "{sheet} and {first} do not lie on the same pixels and cannot be stacked",
        "{sheet}与{first}的像元不重合，不能叠加",
    ),
    "band-from-each": (
        "one band from each of {count} files",
        "{count}个文件各取一个波段",
    ),
    "heights-mixed": (
        "{sheet}: its heights are {system}, those of the other sheets {other}; height systems are not mixed",
        "{sheet}：其高程为{system}，其他图幅为{other}；不混用高程系统",
    ),
    "of-unknown-system": (
        "of an unknown system",
        "未知系统",
    ),
    "sheet-of": (
        "sheet {place} of {count}: {name}",
        "第{place}幅，共{count}幅：{name}",
    ),
    "the-file-itself": (
        "the file itself",
        "文件本身",
    ),
    "the-world-file": (
        "the world file {own}",
        "坐标文件{own}",
    ),
    "place-told-differently": (
        "the place is told differently by {apart}; {winner} was believed",
        "位置说法不一：{apart}；采用{winner}",
    ),
    "a-world-file": (
        "a world file or sidecar",
        "坐标文件或附属文件",
    ),
    "no-raster-among": (
        "{file}: no raster that is imported is among the files",
        "{file}：这些文件中没有可导入的栅格",
    ),
    "no-coordinate-system": (
        "no coordinate system",
        "没有坐标系",
    ),
    "not-importable": (
        "not importable: {refusal}",
        "不能导入：{refusal}",
    ),
    "sheets-number": (
        "{number} sheets: {what}",
        "{number}幅：{what}",
    ),
    "lines-of-xyz": (
        "lines of x y z",
        "各行为x y z",
    ),
    "nothing-speaks-of-heights": (
        "nothing in the file or its name speaks of heights; --kind elevation says so",
        "文件及其名称都没有表明是高程；--kind elevation可说明",
    ),
    "pixel-on-ground": (
        "a pixel is {pixel_m:.4g} m on the ground",
        "像元在地面上为{pixel_m:.4g}米",
    ),
    "which-layer-of": (
        "which layer of {file}",
        "{file}的哪个图层",
    ),
    "holds-rasters": (
        "it holds {count} rasters",
        "它含{count}个栅格",
    ),
    "raster-facts": (
        "{driver}, {width} x {height} pixels, {count} bands ({bands})",
        "{driver}，{width} x {height}像元，{count}个波段（{bands}）",
    ),
    "placed-by": (
        "placed by {georeferenced_by}",
        "由{georeferenced_by}定位",
    ),
    "nodata-is": (
        "nodata {nodata:g}",
        "无数据值{nodata:g}",
    ),
    "has-a-mask": (
        "has a mask",
        "有掩膜",
    ),
    "band-is-alpha": (
        "band {alpha} is alpha",
        "第{alpha}波段为透明度",
    ),
    "has-a-palette": (
        "has a palette of {count} colours",
        "有{count}色的调色板",
    ),
    "of-sheets": (
        "{count} of {count2} sheets",
        "{count2}幅中的{count}幅",
    ),
    "heights-differ": (
        "heights differ by",
        "高程相差",
    ),
    "pictures-shifted": (
        "pictures are shifted by",
        "影像错位",
    ),
    "and-more": (
        "and {count} more",
        "另有{count}条",
    ),
    "sheets-stay": (
        "{count} sheets stay",
        "保留{count}幅",
    ),
    "is-replaced": (
        "{name} is replaced",
        "{name}被替换",
    ),
    "sheets-join": (
        "the sheets join those of the layer",
        "新图幅加入已有图层",
    ),
    "reading": (
        "reading {name}",
        "正在读取{name}",
    ),
    "holds-rasters-say": (
        "{file}: holds {count} rasters; say --source-layer {layers}",
        "{file}：含{count}个栅格；请用--source-layer {layers}",
    ),
    "points-share-cells": (
        "{file}: {twice} points lie on cells that others fill; of each cell the last one counts",
        "{file}：{twice}个点落在其他点已占的单元上，每个单元以最后一点为准",
    ),
    "metadata-say": (
        "its metadata say {stated} = {stated2}",
        "其元数据写明{stated} = {stated2}",
    ),
    "file-is-named": (
        "the file is named {file}",
        "文件名为{file}",
    ),
    "sheet-outside-frame": (
        "{name}: lies outside {title}",
        "{name}：位于{title}范围之外",
    ),
    "covers-sheet": (
        "{name}: covers {covered:.1%} of sheet {code}, {within:.1%} of it lie in the sheet",
        "{name}：覆盖图幅{code}的{covered:.1%}，其{within:.1%}在该图幅内",
    ),
    "grid-too-many": (
        "{file}: holds {found} numbers where its header claims {cells}; those after the last cell are left",
        "{file}：含{found}个数，文件头自称{cells}个；多出的未取",
    ),
    "grid-not-height": (
        "{file}: holds {shown!r} where a height should be; it is damaged",
        "{file}：应为高程处是“{shown}”；文件损坏",
    ),
    "band-is": ("band {number} is a {said}", "第{number}波段是{said}"),
    "folder-of-sheets": ("{folder} ({count} sheets)", "{folder}（{count}幅）"),
    "band-called": ("the band is called {name}", "波段名为{name}"),
    "sheets-alike": ("{system}, {count} bands {kind}", "{system}，{count}个波段{kind}"),
    "number-of-sheets": ("{count} sheets", "{count}幅图"),
    "no-such-pixel": (
        "{file}: a pixel of it would be {size:.2g} {unit} in {crs}, which no picture has; say with --crs which coordinate system it is in",
        "{file}：按{crs}，其像元为{size:.2g} {unit}，没有这样的影像；请用--crs说明其坐标系",
    ),
    "hgt-side": ("{size} bytes ({side} x {side})", "{size}字节（{side} x {side}）"),
    "sheet-in-name": ("the one in the file's name", "文件名所示的图幅"),
    "name-or-crs-wrong": ("; is the name or the CRS wrong?", "；是名称有误还是坐标系有误？"),
    "nsdtf-heights": ("NSDTF-DEM is a format of heights", "NSDTF-DEM是高程格式"),
    "nsdtf-origin": (
        "{file}: X0, Y0 taken as the place of the first height; if they are the outer corner of its cell, it lies half "
        "a cell off",
        "{file}：X0、Y0按第一个高程点的位置取；若为其格网单元的外角点，则偏半个格网",
    ),
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
    "name-is-of-sheet": (
        "; its name is that of map sheet {code}, {west:.6f} to {east:.6f} E, {south:.6f} to {north:.6f} N: control points "
        "at the corners of its neat line would place it",
        "；文件名为图幅{code}，东经{west:.6f}至{east:.6f}，北纬{south:.6f}至{north:.6f}：以内图廓四角为控制点即可定位",
    ),
    "would-fit-in": ("; in {systems} it would lie inside the frame", "；按{systems}则位于框架内"),
    "would-fit-swapped": (
        "; with its axes swapped it would lie inside the frame in {systems}: mend the world file",
        "；坐标轴对调后按{systems}位于框架内：请更正坐标文件",
    ),
}
