"""What is said about raster files: their drivers, places and coordinate systems, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "nodata-option": (
        "nodata is a number or nan, not {said!r}",
        "nodata应为数字或nan，而不是“{said}”",
    ),
    "rows-turned": (
        "its rows and columns are turned",
        "其行列是旋转的",
    ),
    "gcp-cannot-place": (
        "{name}: its {count} control points cannot place it; at least three that form a triangle are needed",
        "{name}：其{count}个控制点不能定位；至少需要三个构成三角形的点",
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
    "rows-mirrored": (
        "{file}: so placed, the picture is seen from behind: its rows run northwards. Does the world file want its fourth number negative, or do its control points count rows from below?",
        "{file}：这样定位的影像是镜像的：其行自南向北。坐标文件的第四个数是否应为负，或控制点的行是否自下而上计数？",
    ),
    "accuracy-not-stated": (
        "accuracy not stated",
        "精度未说明",
    ),
    "header-missing": (
        "bare pixels whose header {header} is missing; hand it in beside the file",
        "只有像元数据，缺少头文件{header}；请一并提交",
    ),
    "not-a-dem": (
        "neither a USGS DEM nor a grid in China's exchange format (NSDTF-DEM)",
        "既不是USGS DEM，也不是国家空间数据交换格式的格网（NSDTF-DEM）",
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
    "no-tiles": (
        "an archive of tiles holds pictures, or features cut and generalised; give the data they were made from",
        "瓦片包存的是图片，或切割、综合过的要素；请提供制作它的数据",
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
    "blocks-unwritten": (
        "{file}: {missing} of its {count} blocks, in rows {first} to {last}, were never written and are read as {value:g}: left out on purpose (a sparse file), or its writer was stopped",
        "{file}：{count}块中有{missing}块（第{first}至{last}行）从未写入，按{value:g}读取：可能是有意省略（稀疏文件），也可能写入中断",
    ),
    "blocks-lost": (
        "{file}: {missing} of its {count} blocks, in rows {first} to {last}, are missing and read as {value:g}, while nothing leads to {loose} bytes of the file: it was not written to its end; write or copy it again",
        "{file}：{count}块中缺{missing}块（第{first}至{last}行），按{value:g}读取，而文件中有{loose}字节无处引用：文件没有写完，请重新生成或复制",
    ),
    "zeros-to-the-end": (
        "{file}: its last {zeros} bytes are zeros: {blocks} of its {count} blocks, from row {first} on, are black or height 0, which an interrupted copy leaves; compare its size and checksum with the original's, or copy it again",
        "{file}：末尾{zeros}字节全为零：{count}块中有{blocks}块（自第{first}行起）为黑色或高程0，复制中断会留下这样的文件；请与原件核对大小和校验和，或重新复制",
    ),
    "raster-bomb": (
        "{what}, {claimed:.1f} GB, but has only {size} bytes; it is damaged or made to harm",
        "{what}，{claimed:.1f} GB，实有仅{size}字节；已损坏或蓄意制造",
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
    "and-more": (
        "and {count} more",
        "另有{count}条",
    ),
    "reading": (
        "reading {name}",
        "正在读取{name}",
    ),
    "no-such-pixel": (
        "{file}: a pixel of it would be {size:.2g} {unit} in {crs}, which no picture has; say with --crs which coordinate system it is in",
        "{file}：按{crs}，其像元为{size:.2g} {unit}，没有这样的影像；请用--crs说明其坐标系",
    ),
    "hgt-side": ("{size} bytes ({side} x {side})", "{size}字节（{side} x {side}）"),
    "name-is-of-sheet": (
        "; its name is that of map sheet {code}, {west:.6f} to {east:.6f} E, {south:.6f} to {north:.6f} N: control points "
        "at the corners of its neat line would place it",
        "；文件名为图幅{code}，东经{west:.6f}至{east:.6f}，北纬{south:.6f}至{north:.6f}：以内图廓四角为控制点即可定位",
    ),
    "would-fit-in": ("; in {systems} it would lie inside the frame", "；按{systems}则位于框架内"),
    "would-fit-swapped": (
        "; with its axes swapped it would lie inside the frame in {systems}: mend the world file, or say --axis yx of a list of points",
        "；坐标轴对调后按{systems}位于框架内：请更正坐标文件，点列表则用--axis yx说明",
    ),
}
