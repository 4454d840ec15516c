"""What is said about features, their checks and repairs, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "code-lists-left": (
        "code lists of {columns} in the file were not taken: their codes are no values of the column's type",
        "文件中{columns}的代码表未取用：其代码不是该列类型的值",
    ),
    "code-lists-taken": (
        "code lists of {columns} taken from the file: what the layer's values mean, and may be when it is edited",
        "已从文件取得{columns}的代码表：说明各值的含义，编辑时只能取表中的值",
    ),
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
    "also-distant": (
        ", {distant} lie far away: wrong ordinates, as a rule",
        "，{distant}行距离极远，通常是坐标有误",
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
    "amap-columns": (
        "the columns are those of a search at Amap, whose coordinates are GCJ-02 (some 500 m off here) unless converted: if they are, say --datum gcj02",
        "这些列是高德地图检索结果的，其坐标除非已转换都是GCJ-02（此地偏约500米）：如果是，请用--datum gcj02",
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
        "lines up with “{layer}”: half of the sampled vertices lie within {away:.1f} m",
        "与“{layer}”吻合：一半抽样顶点在{away:.1f}米以内",
    ),
    "lies-beside": (
        "lies some {away:.0f} m beside “{layer}”: another datum, or another kind of thing",
        "偏离“{layer}”约{away:.0f}米：另一个基准，或另一类事物",
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
    "columns-added": (
        "columns the version before did not have: {columns}",
        "上一版本没有的列：{columns}",
    ),
    "columns-gone": (
        "columns of the version before that are gone: {columns}; filters on them are refused from now on",
        "上一版本有而本次没有的列：{columns}；今后按这些列过滤将被拒绝",
    ),
    "column-retyped": (
        "column {column} is {kind} now and was {before}",
        "列{column}现为{kind}，原为{before}",
    ),
    "hint-without-column": (
        "the style's hint {hint} names column {column}, which is gone: the map is drawn without it until it comes back",
        "样式提示{hint}所用的列{column}已不存在：在该列恢复之前地图不按其绘制",
    ),
    "lists-without-column": (
        "code lists of columns that are gone judge nothing: {columns}",
        "已不存在的列的代码表不再起作用：{columns}",
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
    "holds-images-only": (
        "{file} holds images only; import them as imagery or elevation",
        "{file}只有影像；请作为imagery或elevation导入",
    ),
    "no-features": (
        "no features",
        "没有要素",
    ),
    "file-nothing-to-draw": (
        "{file}: nothing to draw: {reasons}",
        "{file}：没有可绘制的内容：{reasons}",
    ),
    "id-reason": (
        "{source_id}: {reason}",
        "{source_id}：{reason}",
    ),
    "layer-not-drawn": (
        "layer {layer} was left out: none of its features can be drawn",
        "未取图层{layer}：其要素都无法绘制",
    ),
    "layer-no-features": (
        "the layer has no features",
        "图层没有要素",
    ),
    "no-feature-geometry": (
        "no feature has a geometry",
        "没有要素带几何",
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
    "in-brackets": (" ({text})", "（{text}）"),
    "operation-gate-flag": (
        "; that is more than {mm:g} mm at 1:{scale}, as which the data were stated",
        "；超过所声明比例尺1:{scale}图上{mm:g}毫米",
    ),
    "operation-gate-refuse": (
        "; that is more than {mm:g} mm at 1:{scale}: after this step the data are not of the scale stated",
        "；超过图上{mm:g}毫米：经此转换后数据不再符合所声明的1:{scale}",
    ),
    "operation-kind": ("{kind}, {metres:g} m", "{kind}，{metres:g}米"),
    "dbf-cut-off": ("its .dbf is cut off; copy it again", "其.dbf被截断，请重新拷贝"),
    "parquet-damaged": (
        "the file is damaged or cut off; copy it again",
        "文件已损坏或被截断，请重新拷贝",
    ),
    "database-damaged": (
        "the database in it is damaged or cut off; copy it again",
        "其中的数据库已损坏或被截断，请重新拷贝",
    ),
    "database-cut-off": (
        "{file} is cut off: the database in it is shorter than its header says; copy it again",
        "{file}被截断：其中的数据库短于文件头所述的长度；请重新拷贝",
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
}
