"""What the commands and their options say of themselves, in Chinese: a table only, by the English text."""

from collections.abc import Mapping

HELP: Mapping[str, str] = {
    "A city's natural-resource and geography base: importers, tiles and features on one frame.": (
        "城市自然资源与地理空间底座：数据导入、瓦片与要素服务，统一坐标框架。"
    ),
    "language of help, reports and errors; unset: as GEOSERVICE_LANGUAGE, LC_ALL or LANG say": (
        "帮助、报告和错误提示的语言；不给时按 GEOSERVICE_LANGUAGE、LC_ALL 或 LANG"
    ),
    "Install completion for the current shell.": "为当前 shell 安装命令补全。",
    "Show completion for the current shell, to copy it or customize the installation.": "显示当前 shell 的补全脚本。",
    "Serve the map and the API until Ctrl-C, with everything they need.": "启动地图和接口服务，直到按 Ctrl-C。",
    "address to listen on": "监听地址",
    "port to listen on": "监听端口",
    "API processes": "接口进程数",
    "Import the demo city: Shangqiu's real data and a synthetic district, each once.": (
        "导入演示城市：商丘的真实数据和一片模拟城区，各导入一次。"
    ),
    "serve the map when the data are in": "导入后启动服务",
    "instead of the city: the fixture of the conformance suites": "改为导入一致性测试用的数据",
    "Bring the database's schema to this version of the program.": "把数据库结构升级到当前程序版本。",
    "Run queued jobs (the server starts one such process itself).": "执行排队的任务（服务自己已启动一个这样的进程）。",
    "stop when no job is left": "没有任务时退出",
    "Run one claimed job; the worker's child does this.": "执行一个已领取的任务；由任务进程调用。",
    "Say what a file is, what would be done and what must be answered first. Nothing is imported.": (
        "说明文件是什么、将如何处理、导入前须回答什么；不导入任何数据。"
    ),
    "a file, folder or zip": "文件、文件夹或压缩包",
    "coordinate system of the file, e.g. EPSG:4527": "文件的坐标系，如 EPSG:4527",
    "text encoding, e.g. GB18030": "文字编码，如 GB18030",
    "take only this layer of the file; once each": "只取文件中的这个图层；可重复",
    "units of a drawing: m, mm, cm, km, ft": "图形单位：m、mm、cm、km、ft",
    "xy: east first; yx: north first": "xy：东坐标在前；yx：北坐标在前",
    "gcj02 or bd09: coordinates shifted for public web maps": "gcj02 或 bd09：公众网络地图的偏移坐标",
    "column of the east ordinate": "东坐标所在的列",
    "column of the north ordinate": "北坐标所在的列",
    "column with WKT geometry": "WKT 几何所在的列",
    "height system: 1985, 1956 or ellipsoidal": "高程系统：1985、1956 或 ellipsoidal（大地高）",
    "table of feature codes (CSV): a drawing becomes coded layers": "要素编码对照表（CSV）：图形按编码分层",
    "NAME=VALUE for one format, e.g. split=layers, block.TREE=point": (
        "某种格式的选项 名称=值，如 split=layers、block.TREE=point"
    ),
    "print JSON": "以 JSON 输出",
    "Import files as the next version of a layer, in one stroke, and print the report.": (
        "把文件导入为图层的下一版本：全部成功或毫无改动，并输出报告。"
    ),
    "end when small scales and names of a large layer are ready, too": "大图层的小比例尺数据和名称索引也完成后才结束",
    "Make small scales and names of large layers ready now, as a running service does by itself after an import.": (
        "立即完成大图层的小比例尺数据和名称索引；运行中的服务在导入后会自动完成。"
    ),
    "name of the layer; unset: all": "图层名；不给时全部",
    "files, a folder of sheets or a zip": "文件、分幅文件夹或压缩包",
    "name of the layer, as it stands in addresses": "图层名，用于网址",
    "the department it belongs to": "所属部门",
    "title in Chinese": "中文标题",
    "title in English": "英文标题",
    "theme within the department": "部门内的专题",
    "licence of the data": "数据许可",
    "whom to name": "署名",
    "vector, imagery or elevation; unset: find out": (
        "vector（矢量）、imagery（影像）或 elevation（高程）；不给时自动判断"
    ),
    "who may read it": "公开或仅限本部门",
    "style hints as JSON": "样式提示，JSON",
    "blocks of a drawing: explode or point": "图块：explode 炸开，point 取为点",
    "how far a flattened curve may be off, m": "曲线折线化的最大偏差，米",
    "sheet of a workbook": "工作簿中的工作表",
    "known positional accuracy, metres": "已知的位置精度，米",
    "date the data show, YYYY-MM-DD": "数据现势日期，YYYY-MM-DD",
    "publish even if a check fails": "检查未通过也发布",
    "print the report as JSON": "以 JSON 输出报告",
    "Ask every layer what stands at a place: attributes, heights, pixel values, and how far off each may be.": (
        "问每个图层此处有什么：属性、高程、像元值，以及各自可能的误差。"
    ),
    "metres around it that still count": "周围多少米内也算",
    "Put one area to all departments: what lies in it, by class, with true areas and how far off they may be.": (
        "一图问全部门：范围内有什么，按类别给出真实面积及其可能的误差。"
    ),
    "a file of areas (GeoJSON, zipped Shapefile, …) or west,south,east,north": (
        "范围文件（GeoJSON、Shapefile 压缩包等），或 西,南,东,北"
    ),
    "LAYER=COLUMN to tell its features apart by; once each": "图层=字段：按此字段分类；可重复",
    "how it is answered": "输出形式：table（表）、csv、json",
    "Draw a layer's tiles ahead of time; the service serves them and they can be downloaded.\n\nPMTiles for "
    "WebMercatorQuad, a GeoPackage for other grids. Stopped at any moment, the same command goes on.": (
        "预先生成图层的瓦片，供服务使用和下载。\n\nWebMercatorQuad 生成 PMTiles，其他网格生成 GeoPackage。"
        "可随时中断，再次运行同一命令即继续。"
    ),
    "name of the layer": "图层名",
    "tile matrix set": "瓦片网格",
    "levels as the grid names them, e.g. 5-14; unset: the layer's own": (
        "级别，按网格的命名，如 5-14；不给时为图层自己的级别"
    ),
    "only within west,south,east,north in degrees": "只在此范围内：西,南,东,北，度",
    "hillshade, slope, relief, terrain-rgb, …": "渲染方式：hillshade、slope、relief、terrain-rgb 等",
    "png, jpeg, webp or auto; vector tiles are MVT": "png、jpeg、webp 或 auto；矢量瓦片为 MVT",
    "NAME=VALUE, e.g. bands=4,3,2; once each": "名称=值，如 bands=4,3,2；可重复",
    "contour lines of an elevation layer": "高程图层的等高线",
    "drawing processes; unset: one a core": "绘制进程数；不给时每核一个",
    "Map sheets of GB/T 13989 and the city's square ones: by code, point or box.": (
        "GB/T 13989 图幅和城市正方形分幅：按图号、点或范围查询。"
    ),
    "sheets: I50G038027, J-50-5-B, 3813.25-375.75": "图幅号：I50G038027、J-50-5-B、3813.25-375.75",
    "scale denominator, e.g. 10000": "比例尺分母，如 10000",
    "longitude,latitude in degrees": "经度,纬度，度",
    "west,south,east,north in degrees": "西,南,东,北，度",
    "a file of areas, the city's outline for example: sheets it enters": "面文件，例如全市界线：只列其所及的图幅",
    "the city's square sheets instead of the national ones": "用城市正方形分幅，不用国家图幅",
    "projected CRS the square sheets are numbered in; default: the frame's": (
        "正方形分幅编号所用的投影坐标系；默认为框架的"
    ),
    "leading kilometres of the northing left out of square numbers": "正方形图号中省略的北坐标前几位，公里",
    "leading kilometres of the easting left out of square numbers": "正方形图号中省略的东坐标前几位，公里",
    "square sheets of 50 x 40 cm": "50 × 40 厘米的图幅",
    "Tell which sheets of a scale are held, by which layers, since when, how finely; and which are missing.": (
        "说明某比例尺的图幅由哪些图层、自何时、以何分辨率覆盖，以及缺失哪些。"
    ),
    "scale denominator of the sheets": "图幅比例尺分母",
    "only this layer; once each": "只看这个图层；可重复",
    "publish the answer as this layer": "把结果发布为这个图层",
    "only covered, partial, unstated or missing sheets": (
        "只看 covered（已覆盖）、partial（部分）、unstated（精度未注明）或 missing（缺失）的图幅"
    ),
    "Write a layer sheet by sheet, cut at the sheets' exact edges, into files named by their codes.\n\nWith --scale "
    "alone every sheet the layer touches is written.": (
        "按图幅输出图层，沿图廓精确裁切，文件以图号命名。\n\n只给 --scale 时，输出图层涉及的所有图幅。"
    ),
    "the layer to write out": "要输出的图层",
    "this sheet; once each": "这幅图；可重复",
    "gpkg, shp, dxf …; rasters: tif": "gpkg、shp、dxf 等；栅格为 tif",
    "where the files go": "输出文件夹",
    "Show a layer's code lists as JSON, or set them: coded columns then take no other value, and checks use them.": (
        "以 JSON 显示或设置图层的代码表：设置后字段只能取其中的值，检查也据此进行。"
    ),
    "the layer": "图层",
    'JSON of code lists by column: {"DLBM": {"0101": "水田"}} or {"DLBM": ["0101"]}': (
        '按字段给出代码表的 JSON：{"DLBM": {"0101": "水田"}} 或 {"DLBM": ["0101"]}'
    ),
    "Write the database and the stored files into a folder, while the service runs.": (
        "把数据库和存储的文件备份到文件夹；服务可照常运行。"
    ),
    "where the backup goes; a later one copies only what is new": "备份所在的文件夹；再次备份只复制新内容",
    "Bring a backup into a database that holds nothing yet; of an older program too.": (
        "把备份恢复到空的数据库；旧版程序的备份也可以。"
    ),
    "the folder of a backup": "备份所在的文件夹",
    "the storage is the one backed up, and its database is gone for good": "存储就是所备份的那个，且其数据库已不复存在",
    "Print the version.": "显示版本。",
    "List layers with their versions; roll back, remove, prune.": "列出图层及其版本；回退、删除、清理旧版本。",
    "Serve an older (or again a newer) version.": "改为发布较旧（或重新发布较新）的版本。",
    "the version to serve": "要发布的版本",
    "Remove a layer with all its versions.": "删除图层及其所有版本。",
    "Remove old versions; the served one stays.": "删除旧版本；正在发布的保留。",
    "newest versions to keep": "保留最新的几个版本",
    "Make, list and revoke the tokens that writing and private layers need.": (
        "生成、列出、撤销写入和查看非公开图层所需的令牌。"
    ),
    "Make a token and print it, once.": "生成令牌并显示，仅此一次。",
    "who or what the token is for": "令牌给谁或给什么用",
    "a department it is for; once each, * for all": "适用的部门；可重复，* 为全部",
    "may import and delete, not only read": "允许导入和删除，而不只是读取",
    "valid for so many days; unset: until revoked": "有效天数；不给时至撤销为止",
    "List the tokens; what they are is not stored.": "列出令牌；令牌本身不保存。",
    "Revoke a token; API processes forget it within seconds.": "撤销令牌；各接口进程数秒内失效。",
    "id from 'geoservice token list'": "“geoservice token list”中的编号",
    "The city's own datum parameters: fit them, add them, list their quality.": (
        "城市自有的坐标转换参数：由控制点解算、加入、列出其质量。"
    ),
    "Fit 4 or 7 parameters to control points: residuals, check points, outliers, area of validity.": (
        "由控制点解算四参数或七参数：残差、检查点、粗差、适用范围。"
    ),
    "CSV of control points, both coordinates of each": "控制点 CSV，每点含两套坐标",
    "coordinate system of the old coordinates, e.g. EPSG:2384": "旧坐标的坐标系，如 EPSG:2384",
    "coordinate system of the new ones, e.g. EPSG:4548": "新坐标的坐标系，如 EPSG:4548",
    "plane4 or helmert7": "plane4（四参数）或 helmert7（七参数）",
    "print the parameters: they are protected": "显示参数：参数受保护",
    "write a plot of the residuals, .svg or .png": "绘制残差图，.svg 或 .png",
    "put the result into the datum file under this id": "以此编号存入参数文件",
    "who supplied the control points": "控制点来源",
    "when, YYYY-MM-DD": "日期，YYYY-MM-DD",
    "Put a supplied set of parameters into the datum file; its check point must agree.": (
        "把提供的一组参数加入参数文件；其检查点必须相符。"
    ),
    "JSON of one set of parameters (docs/import.md)": "一组参数的 JSON（docs/import.md）",
    "List the sets of parameters: quality yes, numbers no.": "列出各组参数：显示质量，不显示数值。",
    "Print a fresh key for GEOSERVICE_DATUM_KEY; keep it apart from the file.": (
        "生成 GEOSERVICE_DATUM_KEY 用的新密钥；请与参数文件分开保管。"
    ),
    "Show this message and exit.": "显示本帮助。",
}

ERRORS: tuple[tuple[str, str], ...] = (
    (r"Missing option '(?P<name>.+?)'\.?(?P<rest>.*)", "缺少选项 {name}。{rest}"),
    (r"Missing argument '(?P<name>.+?)'\.?(?P<rest>.*)", "缺少参数 {name}。{rest}"),
    (r"Missing command\.", "缺少子命令。"),
    (r"No such option: (?P<name>\S+) \(Possible options: (?P<rest>.*)\)", "没有选项 {name}；相近的有：{rest}。"),
    (r"No such option: (?P<name>\S+)(?P<rest>.*)", "没有选项 {name}。{rest}"),
    (
        r"No such command '(?P<name>.+?)'\. Did you mean(?: one of:)? (?P<rest>.*)\?",
        "没有子命令“{name}”；相近的有：{rest}。",
    ),
    (r"No such command '(?P<name>.+?)'\.?", "没有子命令“{name}”。"),
    (r"Option '(?P<name>.+?)' requires an argument\.", "选项 {name} 后面缺少值。"),
    (r"Option '(?P<name>.+?)' does not take a value\.", "选项 {name} 不带值。"),
    (r"Got unexpected extra arguments? \((?P<name>.*)\)", "多余的参数：{name}。"),
    (r"Invalid value for '(?P<name>.+?)': \w+ '(?P<rest>.*)' does not exist\.", "{name}：“{rest}”不存在。"),
    (r"Invalid value for '(?P<name>.+?)': Input should be a valid integer.*", "{name} 应为整数。"),
    (r"Invalid value for '(?P<name>.+?)': Input should be a valid number.*", "{name} 应为数字。"),
    (
        r"Invalid value for '(?P<name>.+?)': (?:Value error, )?'(?P<given>.*?)' is not one of (?P<rest>.*?)\.?",
        "{name} 的值“{given}”不对，可选：{rest}。",
    ),
    (
        r"Invalid value for token_id: there is no token (?P<name>.*)",
        "没有令牌 {name}；geoservice token list 列出现有的。",
    ),
    (r"Invalid value for '?(?P<name>.+?)'?: (?P<rest>.*)", "{name} 的值不对：{rest}"),
)
"""What the parser of the command line says when it refuses it, as patterns; the first that matches the whole counts."""
