"""What is said about vector files as their readers find them: parts, characters, shapes, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "no-geojson-record": (
        "what begins on the line of this number is no whole GeoJSON object",
        "此行号处开始的内容不是完整的GeoJSON对象",
    ),
    "layer-explain": (
        "layer {facts}: {explain}",
        "图层{facts}：{explain}",
    ),
    "file-has-no-layer": (
        "{file} has no layer {layer}; it has {names}",
        "{file}没有图层{layer}，它有{names}",
    ),
    "has-no-layers": (
        "it has no layers that can be read: it is empty or damaged",
        "没有可读的图层：文件为空或已损坏",
    ),
    "plots-none": (
        "{file} describes plots of land and holds none (lines that end in @ under [地块坐标])",
        "{file}有地块描述，但没有地块（[地块坐标]下以@结尾的行）",
    ),
    "plots-order": (
        "plots of land are written point, ring, X (north), Y (east)",
        "地块坐标按点号、圈号、X（北）、Y（东）书写",
    ),
    "plots-zone": (
        "the description names no zone; every easting begins with {zone}",
        "描述中未写带号；各东坐标均以{zone}开头",
    ),
    "plots-bad-corner": (
        "line {line} is no corner (point, ring, X, Y): {text}",
        "第{line}行不是界址点（点号、圈号、X、Y）：{text}",
    ),
    "plots-too-few": (
        "a ring of the plot has too few corners ({count} in all)",
        "地块某圈的界址点太少（共{count}个）",
    ),
    "workbook-formulas": (
        "sheet {name} has formulas without their values ({count} in the first rows): open it in Excel or WPS and save it",
        "工作表{name}的公式没有保存计算结果（前几行有{count}个）：请用Excel或WPS打开后保存",
    ),
    "formula-for-ordinate": (
        "an ordinate is a formula without its value ({texts}, {texts2}): open the workbook in Excel or WPS and save it",
        "坐标是没有计算结果的公式（{texts}，{texts2}）：请用Excel或WPS打开工作簿后保存",
    ),
    "pair-in-column": (
        "two ordinates in column {titles}",
        "{titles}列含两个坐标值",
    ),
    "title-says-shifted": (
        "column {title}: if these coordinates are GCJ-02 or BD-09 (some 500 m off here), say --datum gcj02 or bd09",
        "{title}列：如果坐标是GCJ-02或BD-09（此地偏约500米），请用--datum gcj02或bd09",
    ),
    "json-broken": (
        "{file} is no JSON from line {line}, character {column} on: {error}",
        "{file}从第{line}行第{column}个字符起不是JSON：{error}",
    ),
    "geojson-a-list": (
        '{file} is a list of features: GeoJSON has it in an object, {{"type": "FeatureCollection", "features": […]}}',
        '{file}是要素列表：GeoJSON应放在对象中，{{"type": "FeatureCollection", "features": […]}}',
    ),
    "geojson-no-type": (
        '{file} has no type of GeoJSON at its top: it should begin {{"type": "FeatureCollection", "features": […]}}',
        '{file}顶层没有GeoJSON的type：应以{{"type": "FeatureCollection", "features": […]}}开头',
    ),
    "geojson-no-features": (
        "{file} is a FeatureCollection whose features are no list",
        "{file}是FeatureCollection，但features不是列表",
    ),
    "json-not-utf8": (
        "JSON is UTF-8 by its standard; these bytes are GB18030 only",
        "JSON按标准应为UTF-8，这些字节只能是GB18030",
    ),
    "esri-curves": (
        "features with true curves, which were turned into lines: {count}",
        "含真曲线的要素已化为折线，共{count}个",
    ),
    "esri-curves-too-large": (
        "{file} has true curves and is larger than {most} MB; export it without curves, or as a file geodatabase",
        "{file}含真曲线且大于{most}MB；请导出为不含曲线的文件，或导出为文件地理数据库",
    ),
    "esri-curves-damaged": (
        "{file}: a feature with true curves cannot be read ({error})",
        "{file}：含真曲线的要素无法读取（{error}）",
    ),
    "gpkg-miscounted": (
        "the file's own count of features, {claimed}, is wrong: the table holds {count}",
        "文件自记的要素数{claimed}有误：表中实有{count}个",
    ),
    "columns-beside": (
        "columns of types that are none of the format's, read as they are kept: {columns}",
        "类型不属于该格式的列，按所存的值读取：{columns}",
    ),
    "column-unread": (
        "column {title} is not read: its type {type} is none of the format's; give it another (REAL, TEXT) to keep it",
        "列“{title}”未读取：类型{type}不是该格式规定的类型；请改为REAL或TEXT再导入",
    ),
    "reader-complained": (
        "the reader complained: {text}",
        "读取程序报告：{text}",
    ),
    "reader-complained-more": (
        "the reader complained like this of other features",
        "读取程序对其他要素也有同样的报告",
    ),
    "column-how": (
        "column {title}: {how}",
        "{title}列：{how}",
    ),
    "declared-crs-unusable": (
        "the declared coordinate system cannot be used: {error}",
        "声明的坐标系不能使用：{error}",
    ),
    "crs-names-no-place": (
        "the file calls its coordinate system {crs!r}, which names no place on the Earth",
        "文件称其坐标系为“{crs}”，它不对应地球上的任何地方",
    ),
    "crs-unreadable": (
        "its coordinate system cannot be read",
        "其坐标系无法读取",
    ),
    "surfaces-3d": (
        "{name}: holds three-dimensional surfaces, which are not supported; export footprints as polygons",
        "{name}：含不支持的三维表面；请导出平面轮廓多边形",
    ),
    "found-has-no-layer": (
        "{file} has no layer {wanted}; it has {names}",
        "{file}没有图层{wanted}，它有{names}",
    ),
    "looking-at-data": (
        "looking at the data",
        "正在查看数据",
    ),
    "name-the-layers": (
        "{file}: {count} layers, {names}. Name the ones wanted with --source-layer, or --source-layer '{every_layer}' to make a layer of each",
        "{file}：{count}个图层，{names}。请用--source-layer指明需要的，或用--source-layer '{every_layer}'把每个都导入为图层",
    ),
    "features-not-drawable": (
        "{count} features, none with a geometry that can be drawn",
        "{count}个要素，没有一个有可绘制的几何",
    ),
    "the-file-says": (
        " The file says: {facts}.",
        "文件说明：{facts}。",
    ),
    "file-asked": (
        "{file}: {asked}{facts}",
        "{file}：{asked}{facts}",
    ),
    "must-be-given": (
        "{what} must be given with {option}: {why}.",
        "{what}须用{option}给出：{why}。",
    ),
    "choices": (
        " Choices: {choices}.",
        "可选：{choices}。",
    ),
    "candidates-by-numbers": (
        " Candidates by the numbers: {shown}.",
        "按数值的候选：{shown}。",
    ),
    "fit-no-system": (
        " The numbers fit no system used here.",
        "数值不符合此地使用的任何坐标系。",
    ),
    "m-dropped": (
        "M values dropped",
        "已去除M值",
    ),
    "bytes-end-early": (
        "the geometry's bytes end too early",
        "几何的字节过早结束",
    ),
    "line-parts-short": (
        "parts of a line with one point only left out",
        "去掉了线中只有一个点的部分",
    ),
    "geometry-malformed": (
        "the geometry is malformed: {error}",
        "几何格式错误：{error}",
    ),
    "curves-lines": (
        "curves turned into lines",
        "曲线已转为折线",
    ),
    "rings-closed": (
        "open rings closed",
        "已闭合未闭合的环",
    ),
    "nested-too-deeply": (
        "collections are nested too deeply",
        "集合嵌套过深",
    ),
    "geometry-type": (
        "geometry type {code} is not supported",
        "不支持几何类型{code}",
    ),
    "geometry-claims": (
        "the geometry claims {count} parts but ends before them",
        "几何自称有{count}个部分，但提前结束",
    ),
    "circular-string-of": (
        "a circular string of {count} points",
        "{count}个点的圆弧串",
    ),
    "layer-has": ("layer {layer} has {what}", "图层{layer}：{what}"),
    "candidate": ("{crs} {name} ({why})", "{crs} {name}（{why}）"),
    "surface": (
        "a three-dimensional surface ({kind}): only its footprint could be drawn; export footprints as polygons",
        "三维表面（{kind}）：只能绘制其平面轮廓；请导出轮廓多边形",
    ),
    "xml-nul": (
        "{file}: damaged: it holds null characters, as what a broken-off copy leaves does",
        "{file}：文件损坏：含有空字符，可能是复制中断所致",
    ),
    "xml-cut-off": (
        "{file} is cut off in line {line}: its end is missing; copy it again",
        "{file}在第{line}行被截断，缺少结尾；请重新拷贝",
    ),
    "xml-broken": (
        "{file} is no XML from line {line}, character {column} on: {fault}",
        "{file}从第{line}行第{column}个字符起不是有效的XML：{fault}",
    ),
    "xml-invalid-token": ("not well-formed (invalid token)", "有不合规的字符"),
    "xml-mismatched-tag": ("mismatched tag", "首尾标签不一致"),
    "xml-duplicate-attribute": ("duplicate attribute", "属性重复"),
    "xml-after-root": ("junk after document element", "根元素之后还有内容"),
    "xml-undefined-entity": ("undefined entity", "实体未定义"),
    "xml-unknown-encoding": ("unknown encoding", "编码未知"),
    "xml-wrong-encoding": ("it is not in the encoding it declares", "声明的编码与内容不符"),
    "xml-entities-expand": ("its entities expand too far (amplification factor)", "实体展开过多"),
    "xml-fault": ("not well-formed", "不合语法"),
    "none-of-those-claimed": (
        "{file}: of the {expected} features that it says it holds none can be read: it is cut off or damaged; copy it again",
        "{file}：文件声明有{expected}个要素，却一个也读不出：文件被截断或已损坏，请重新拷贝",
    ),
    "xml-declares": ("the file declares {declared}", "文件声明为{declared}"),
    "xml-lies": (
        "the file says {declared}, which the bytes contradict",
        "文件写{declared}，与字节矛盾",
    ),
    "charset-silent": (
        "the character set {declared!r} says nothing of the language",
        "字符集“{declared}”没有说明语言",
    ),
    "kmz-without-kml": ("{file}: the archive holds no .kml", "{file}：压缩包中没有.kml"),
    "parquet-no-column": (
        "{name}: its 'geo' metadata names the geometry columns {named}, none of which is there",
        "{name}：其geo元数据指明的几何列{named}都不存在",
    ),
}
