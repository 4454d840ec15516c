"""What is said about features, their checks and repairs, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "counts-add-up": (
        "{read} read = {kept} kept + {repaired} repaired + {split} split - {merged} merged + {refused} refused",
        "读入{read} = 保留{kept} + 修复{repaired} + 拆分{split} − 合并{merged} + 拒绝{refused}",
    ),
    "all-read": (
        "all {read} features of the file were read",
        "文件中的{read}个要素全部读入",
    ),
    "claimed-but-read": (
        "the file claims {claimed} features, {read} were read",
        "文件自称有{claimed}个要素，读入{read}个",
    ),
    "features-refused": (
        "{refused} of {read} refused",
        "{read}个中拒绝了{refused}个",
    ),
    "also-without-geometry": (
        ", {without_geometry} without geometry",
        "，{without_geometry}个没有几何",
    ),
    "also-complaints": (
        ", {complaints} complaints of the reader",
        "，读取程序有{complaints}处报告",
    ),
    "nothing-repaired": (
        "nothing had to be repaired",
        "无需修复",
    ),
    "features-repaired": (
        "{repaired} repaired, area changed by {change:.2f} m² in all",
        "修复了{repaired}个，面积共变化{change:.2f}平方米",
    ),
    "most-repaired": (
        ", most in feature {worst} ({worst2:+.2f} m², {worst3})",
        "，变化最大的是要素{worst}（{worst2:+.2f}平方米，{worst3}）",
    ),
    "rows-duplicate": (
        "{found} rows equal another in geometry and every attribute",
        "{found}行的几何与所有属性同另一行完全相同",
    ),
    "also-duplicate-geometry": (
        ", {others} more in geometry only",
        "，另有{others}行仅几何相同",
    ),
    "operation-accuracy-unknown": (
        "the operation's accuracy is not stated",
        "坐标转换的精度未说明",
    ),
    "outside-extent": (
        "{outside} of {rows} lie outside the frame's extent",
        "{rows}行中有{outside}行在底图范围之外",
    ),
    "also-at-zero": (
        ", {at_zero} have the coordinates 0, 0, which are empty ones as a rule",
        "，{at_zero}行的坐标为0, 0，通常是未填的坐标",
    ),
    "no-layer-beside": (
        "no published layer of the same kind lies beside it",
        "旁边没有已发布的同类图层",
    ),
    "edges-go-on": (
        "{other}: {met} of {count} ends at the edge go on there within {meets_m} m",
        "{other}：接边处{count}个端点中有{met}个在{meets_m}米内相接",
    ),
    "edges-miss": (
        ", {near} miss it by up to {gap:.2f} m",
        "，{near}个相差至多{gap:.2f}米",
    ),
    "datav-columns": (
        "the columns are those of Aliyun DataV, whose coordinates are usually GCJ-02 (some 500 m off here); this cannot be seen from the numbers: if it is so, say --datum gcj02",
        "这些列是阿里云DataV的，其坐标通常是GCJ-02（此地偏约500米）；从数值看不出来：如果是，请用--datum gcj02",
    ),
    "coarse-steps": (
        "the coordinates are written in steps of {step:g} degree, about {step2:.0f} m: positions cannot be better than that",
        "坐标以{step:g}度的步长书写，约{step2:.0f}米：位置精度不会高于此",
    ),
    "heights-not-stated": (
        "the coordinates have heights and the height system is not stated (--heights 1985, 1956, ellipsoidal)",
        "坐标带有高程，而高程系统未说明（--heights 1985, 1956, ellipsoidal）",
    ),
    "no-layer-there": (
        "no published layer lies there",
        "那里没有已发布的图层",
    ),
    "lines-up": (
        "lines up with layer {layer}: half of the sampled vertices lie within {away:.1f} m",
        "与图层{layer}吻合：一半抽样顶点在{away:.1f}米以内",
    ),
    "lies-beside": (
        "lies some {away:.0f} m beside layer {layer}: another datum, or another kind of thing",
        "偏离图层{layer}约{away:.0f}米：另一个基准，或另一类事物",
    ),
    "no-place-on-earth": (
        "a coordinate is no place on the Earth in {source}",
        "有坐标在{source}中不是地球上的地方",
    ),
    "coordinate-not-number": (
        "a coordinate is not a number",
        "有坐标不是数",
    ),
    "members-left-out": (
        "members of a collection that are no {family} left out",
        "集合中不是{family}的成员未取",
    ),
    "not-family": (
        "not a {family}, and --geometry {family} was asked",
        "不是{family}，而要求--geometry {family}",
    ),
    "layers-code-list": (
        "the layer's code list",
        "图层的编码表",
    ),
    "no-code-column": (
        "no column has a code list or is called as a scheme of codes is",
        "没有列带编码表，也没有列名是编码体系",
    ),
    "all-codes-valid": (
        "all values of {looked} columns of codes are codes",
        "{looked}个编码列的值全部是有效编码",
    ),
    "also-other-values": (
        " and {count} other values",
        "以及另外{count}个值",
    ),
    "values-not-codes": (
        "column {title}: {sum} values are not of {name}: {shown}{more}",
        "{title}列：{sum}个值不是{name}：{shown}{more}",
    ),
    "shp-missing": (
        "{file}: the .shp beside it is missing; a shapefile is at least .shp, .shx and .dbf",
        "{file}：旁边缺少.shp；shapefile至少要有.shp、.shx和.dbf",
    ),
    "no-dbf": (
        "no .dbf: the features have no attributes",
        "没有.dbf：要素没有属性",
    ),
    "no-shx": (
        "no .shx: the index was rebuilt from the .shp",
        "没有.shx：已由.shp重建索引",
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
        "it has no layers",
        "它没有图层",
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
    "no-prj": (
        "no .prj: the file states no coordinate system",
        "没有.prj：文件未说明坐标系",
    ),
    "crs-unreadable": (
        "its coordinate system cannot be read",
        "其坐标系无法读取",
    ),
    "surfaces-3d": (
        "{name}: holds three-dimensional surfaces, which are not supported; export footprints as polygons",
        "{name}：含不支持的三维表面；请导出平面轮廓多边形",
    ),
    "holds-images-only": (
        "{file} holds images only; import them as imagery or elevation",
        "{file}只有影像；请作为imagery或elevation导入",
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
        "{file} holds {count} layers: {names}. Name the ones wanted with --source-layer, or --source-layer '{every_layer}' to make a layer of each",
        "{file}含{count}个图层：{names}。请用--source-layer指明需要的，或用--source-layer '{every_layer}'把每个都导入为图层",
    ),
    "no-features": (
        "no features",
        "没有要素",
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
    "file-nothing-to-draw": (
        "{file}: nothing to draw: {reasons}",
        "{file}：没有可绘制的内容：{reasons}",
    ),
    "id-reason": (
        "{source_id}: {reason}",
        "{source_id}：{reason}",
    ),
    "layer-no-features": (
        "the layer has no features",
        "图层没有要素",
    ),
    "no-feature-geometry": (
        "no feature has a geometry",
        "没有要素带几何",
    ),
    "m-dropped": (
        "M values dropped",
        "已去除M值",
    ),
    "bytes-end-early": (
        "the geometry's bytes end too early",
        "几何的字节过早结束",
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
    "beyond-repair": ("invalid and beyond repair: {why}", "无效且无法修复：{why}"),
    "repaired-fault": ("repaired: {why}", "修复：{why}"),
    "land-use-class": (
        "land-use class (GB/T 21010-2017, third survey)",
        "土地利用类别（GB/T 21010-2017，第三次国土调查）",
    ),
    "feature-code": ("feature code (GB/T 13923)", "要素分类代码（GB/T 13923）"),
    "administrative-code": ("administrative code (GB/T 2260)", "行政区划代码（GB/T 2260）"),
    "cass-code": ("drawing code (CASS)", "绘图编码（CASS）"),
    "layer-has": ("layer {layer} has {what}", "图层{layer}：{what}"),
    "in-brackets": (" ({text})", "（{text}）"),
    "candidate": ("{crs} {name} ({why})", "{crs} {name}（{why}）"),
    "surface": (
        "a three-dimensional surface ({kind}): only its footprint could be drawn; export footprints as polygons",
        "三维表面（{kind}）：只能绘制其平面轮廓；请导出轮廓多边形",
    ),
    "operation-kind": ("{kind}, {metres:g} m", "{kind}，{metres:g}米"),
    "self-intersection": ("Self-intersection", "自相交"),
    "ring-self-intersection": ("Ring Self-intersection", "环自相交"),
    "too-few-points": ("Too few points in geometry component", "组成部分的点太少"),
    "hole-outside-shell": ("Hole lies outside shell", "洞在外环之外"),
    "holes-nested": ("Holes are nested", "洞相互嵌套"),
    "nested-shells": ("Nested shells", "外环相互嵌套"),
    "duplicate-rings": ("Duplicate Rings", "环重复"),
    "interior-disconnected": ("Interior is disconnected", "内部不连通"),
    "invalid-coordinate": ("Invalid Coordinate", "坐标无效"),
    "ring-not-closed": ("Ring is not closed", "环未闭合"),
    "shx-damaged": ("the .shx is damaged: the index was rebuilt from the .shp", ".shx已损坏：已由.shp重建索引"),
    "dbf-cut-off": ("its .dbf is cut off; copy it again", "其.dbf被截断，请重新拷贝"),
    "database-damaged": (
        "the database in it is damaged or cut off; copy it again",
        "其中的数据库已损坏或被截断，请重新拷贝",
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
    "mid-missing": (
        "no .mid beside the .mif: the features have no attributes",
        ".mif旁没有.mid：要素没有属性",
    ),
    "tab-parts-missing": (
        "{file}: {missing} missing beside it; a MapInfo table is .tab, .dat, .map and .id together",
        "{file}：旁边缺少{missing}；MapInfo表由.tab、.dat、.map、.id一起组成",
    ),
    "kmz-without-kml": ("{file}: the archive holds no .kml", "{file}：压缩包中没有.kml"),
    "kmz-others": (
        "{count} other KML files in the archive are not read: {names}",
        "压缩包中另有{count}个KML文件未读取：{names}",
    ),
    "kml-NetworkLink": (
        "{count} links to other files (NetworkLink), not followed",
        "{count}个指向其他文件的链接（NetworkLink），不予跟随",
    ),
    "kml-GroundOverlay": (
        "{count} pictures laid on the ground (GroundOverlay): their outlines are taken, not the pictures",
        "{count}幅贴在地面的图片（GroundOverlay）：取其轮廓，不取图片",
    ),
    "kml-ScreenOverlay": (
        "{count} pictures on the screen (ScreenOverlay), not taken",
        "{count}幅屏幕图片（ScreenOverlay），未取",
    ),
    "kml-PhotoOverlay": ("{count} photographs (PhotoOverlay), not taken", "{count}幅照片（PhotoOverlay），未取"),
    "kml-Model": ("{count} three-dimensional models, not taken", "{count}个三维模型，未取"),
    "kml-Track": (
        "{count} tracks: taken as lines, the time of each of their points is not",
        "{count}条轨迹：按线取，各点的时间未取",
    ),
    "kml-Tour": ("{count} tours, not taken", "{count}个游览，未取"),
    "parquet-no-column": (
        "{name}: its 'geo' metadata names the geometry columns {named}, none of which is there",
        "{name}：其geo元数据指明的几何列{named}都不存在",
    ),
    "dbf-deleted": (
        "{count} records of the .dbf are marked as deleted and left out with their shapes",
        ".dbf中有{count}条记录标记为已删除，连同其图形未取",
    ),
    "dbf-shorter": (
        "the .dbf has {records} records for {shapes} shapes: the last shapes have no attributes, and which record belongs "
        "to which shape is in doubt",
        ".dbf有{records}条记录而图形有{shapes}个：最后的图形没有属性，记录与图形的对应存疑",
    ),
    "dbf-longer": (
        "the .dbf has {records} records for {shapes} shapes: the last records are left out, and which record belongs to "
        "which shape is in doubt",
        ".dbf有{records}条记录而图形有{shapes}个：最后的记录未取，记录与图形的对应存疑",
    ),
}
