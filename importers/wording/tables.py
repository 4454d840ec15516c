"""What is said about tables and columns, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "bytes-as-hex": (
        "bytes as hex",
        "二进制写作十六进制",
    ),
    "no-time-zone": (
        "no time zone stated, kept as UTC",
        "未注明时区，按UTC保存",
    ),
    "columns-misfit": (
        "columns that hold values of another type than they are declared, read as they are kept: {columns}",
        "所存的值与声明的类型不符的列，按所存的值读取：{columns}",
    ),
    "column-called": (
        "{title!r} is called {name!r}",
        "“{title}”列称为“{name}”",
    ),
    "too-many-columns": (
        "a table takes {max_columns} columns, the file has {count}",
        "一张表最多{max_columns}列，文件有{count}列",
    ),
    "columns-in-json": (
        "the last {count} are in the JSON column {others!r}",
        "最后{count}列存入JSON列“{others}”",
    ),
    "column-names-exhausted": (
        "more equal column names than columns",
        "同名的列多于可用的列名",
    ),
    "parquet-no-geo": (
        "{name} is Parquet without geometry (no 'geo' metadata); export it as GeoParquet",
        "{name}是没有几何的Parquet（无geo元数据），请导出为GeoParquet",
    ),
    "parquet-bad-geo": (
        "{name}: its 'geo' metadata is damaged ({error!r})",
        "{name}：其geo元数据已损坏（{error}）",
    ),
    "parquet-encoding": (
        "{name}: geometry encoding {encoding!r} is not read; write it with encoding WKB",
        "{name}：不读几何编码“{encoding}”，请写为WKB编码",
    ),
    "parquet-crs": (
        "{name}: its coordinate system cannot be read ({error})",
        "{name}：其坐标系无法读取（{error}）",
    ),
    "row-damaged": (
        "{file}: the row that begins in line {line} is damaged ({error}); are its quotes in pairs?",
        "{file}：从第{line}行开始的一行已损坏（{error}）；引号是否成对？",
    ),
    "no-workbook-sheet": (
        "{file} has no sheet {unknown}; it has {sheets}",
        "{file}没有工作表{unknown}，它有{sheets}",
    ),
    "workbook-unreadable": (
        "{file} cannot be read as a workbook: {error}",
        "{file}不能作为工作簿读取：{error}",
    ),
    "workbook-damaged": ("it is damaged, or no workbook", "文件已损坏，或不是工作簿"),
    "corners-hint": (
        "it reads as a table of boundary points, each a point: --option corners_of=COLUMN, the one that names the parcel, makes areas",
        "看来是界址点表，各点按点读取：用--option corners_of=列名（标明宗地的列）可连成面",
    ),
    "corners-joined": ("boundary points joined to areas", "界址点连成面"),
    "corner-without-place": ("the corner in row {row} has no coordinates", "第{row}行的界址点没有坐标"),
    "corner-of-none": ("corners without a value in column {column}", "界址点在{column}列没有值"),
    "table-empty": (
        "{file}: {name} is empty",
        "{file}：{name}是空的",
    ),
    "table-no-rows": (
        "{file}: {name} has a header and no rows",
        "{file}：{name}只有表头，没有数据行",
    ),
    "columns-called": (
        "the columns are called {titles} and {titles2}: degrees, datum not stated",
        "列名为{titles}和{titles2}：度，基准未说明",
    ),
    "wkt-in-column": (
        "WKT in column {titles}",
        "WKT在{titles}列",
    ),
    "no-coordinate-columns": (
        "{file} has no column of coordinates that we recognise among {titles}; name them with --x and --y, or --wkt",
        "{file}在{titles}中没有可识别的坐标列；请用--x和--y，或--wkt指明",
    ),
    "xy-from-columns": (
        "x from column {titles}, y from column {titles2}",
        "x取自{titles}列，y取自{titles2}列",
    ),
    "by-column-names": (
        "column names",
        "列名",
    ),
    "no-such-column": (
        "{file} has no column {name!r}; it has {titles}",
        "{file}没有“{name}”列，它有{titles}",
    ),
    "x-and-y-together": (
        "{file}: --x and --y go together",
        "{file}：--x与--y须同时给出",
    ),
    "not-two-numbers": (
        "the coordinates {texts!r}, {texts2!r} are not two numbers",
        "坐标“{texts}”、“{texts2}”不是两个数",
    ),
    "wkt-problem": (
        "{wkt_problem}: {text!r}",
        "{wkt_problem}：“{text}”",
    ),
    "wkt-curve-broken": (
        "the parts of a compound curve do not join",
        "复合曲线的各段不相接",
    ),
    "wkt-unreadable": (
        "unreadable WKT",
        "无法读取的WKT",
    ),
    "reading-file": (
        "reading {file}",
        "正在读取{file}",
    ),
    "writing-file": (
        "writing {file}",
        "正在写入{file}",
    ),
    "columns-left-out": ("{columns} left out", "未取{columns}"),
    "of-the-format": ("the format gives them to every feature", "格式给每个要素都带上它们"),
    "header": ("header", "表头"),
    "layout": ("layout", "版式"),
    "blocks-side-by-side": ("{count} tables side by side, read one below another", "{count}张并排的表，按上下相接读取"),
    "same-titles-again": ("the same titles again to the right", "右侧重复相同的列名"),
    "empty-column-parts": (
        "an empty column parts the sheet: are {titles} another table's, which has nothing to do with the rows beside it?",
        "有空列把表隔开：{titles}是否属于另一张与左侧各行无关的表？",
    ),
    "header-in-row": ("row {row} of those with content", "有内容的第{row}行"),
    "decimal-sign": ("decimal sign", "小数点"),
    "comma": ("comma", "逗号"),
    "geojson-in-column": ("GeoJSON in column {titles}", "GeoJSON在{titles}列"),
    "geojson-cell": ("unreadable GeoJSON: {text!r}", "无法读取的GeoJSON：“{text}”"),
    "rows-passed-over": (
        "rows that repeat the header or give units, which are no features: {count}",
        "重复表头或给出单位的行不是要素，共{count}行",
    ),
    "rows-of-sums": (
        "rows of sums, captions and signatures without coordinates, which are no features: {count} ({rows})",
        "没有坐标的合计、标题、签注等行不是要素，共{count}行（{rows}）",
    ),
    "second-table": (
        "{file}: row {row} of those with content begins a second table ({titles}); put each table into a sheet or file of its own",
        "{file}：有内容的第{row}行开始了另一张表（{titles}）；请把各表分别放在各自的工作表或文件中",
    ),
    "columns-twice": (
        "{count} columns are called {title}: the first, column {number}, was taken; --x and --y take others",
        "有{count}列名为{title}：取用了第一个，即第{number}列；用--x和--y可取用其他列",
    ),
    "words-for-nothing": (
        "column {title}: {words} among its values read as empty ({count} cells)",
        "{title}列：其值中的{words}按空值读取（{count}格）",
    ),
    "digits-of-full-width": (
        "column {title}: digits of full width read as numbers ({count} cells)",
        "{title}列：全角数字按数读取（{count}格）",
    ),
    "commas-part-thousands": (
        "column {title}: numbers such as {number} read with commas that part thousands, as one with a point behind them shows",
        "{title}列：{number}这样的数按逗号为千分位读取，由带小数点的数可知",
    ),
    "more-cells-than-titles": (
        "there are rows of more cells than there are titles: {titles} hold the rest; was a cell parted by a delimiter within it?",
        "有的行单元格多于列名：多出的在{titles}；是否有单元格内的分隔符把它分开了？",
    ),
    "numbers-as-text": (
        "column {title} stays text: its numbers are written such as {number}, with a unit or with commas that may part thousands, decimals or "
        "several numbers; write plain numbers, and the unit into the title, where they are to be compared or added up",
        "{title}列保留为文字：其数写作{number}，带有单位，或逗号可能是千分位、小数点或分隔多个数；如需比较或求和，请写成纯数字，单位写入列名",
    ),
    "digits-rounded": (
        "column {title} has numbers such as {number}: a spreadsheet keeps 15 digits, the rest is lost; if they are codes, "
        "take them from where they came from, with the column as text",
        "{title}列有{number}这样的数：电子表格只保留15位数字，其余已丢失；若为编码，请将该列设为文本后从原始数据重新导出",
    ),
    "workbook-hidden": (
        "sheet {name} is hidden and was left out; --sheet {name} reads it",
        "工作表{name}是隐藏的，未读取；用--sheet {name}读取",
    ),
    "workbook-merged": (
        "merged cells of sheet {name}: their value stands for each of their rows ({count} cells filled)",
        "工作表{name}有合并单元格：其值用于所含的每一行（填充{count}格）",
    ),
    "wkb-in-column": ("WKB in hex in column {titles}", "十六进制WKB在{titles}列"),
    "wkb-unreadable": ("unreadable WKB", "无法读取的WKB"),
    "angles": ("how angles are written", "角度的写法"),
    "angles-option": ("angles is decimal or packed, not {said!r}", "angles为decimal或packed，不是“{said}”"),
    "angles-decimal": ("decimal degrees", "十进制度"),
    "angles-packed": ("degrees, minutes and seconds as DDD.MMSS", "度分秒，写作DDD.MMSS"),
    "angle-in-columns": ("degrees, minutes and seconds from the columns {titles}", "度、分、秒取自{titles}各列"),
    "angles-packed-why": (
        "none of the many angles has minutes or seconds of 60 and more: 115.3900 may mean 115°39′00″",
        "角度很多，却没有一个分或秒达到60：115.3900可能是115°39′00″",
    ),
    "no-header": (
        "{file} has no header: its first row is {titles}; add one with the columns' names (for heights on a grid: --kind "
        "elevation)",
        "{file}没有表头：第一行是{titles}；请加上列名一行（格网高程用--kind elevation）",
    ),
}
