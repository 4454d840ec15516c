"""What is said of layers, their storage and coordinate systems, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "box-not-expressible": (
        "the box {tuple} in {source} lies outside what {target} can express",
        "{source}中的范围{tuple}超出{target}所能表达",
    ),
    "same-system": (
        "the same coordinate system",
        "同一坐标系",
    ),
    "projection-only": (
        "{source} to {target} by projection only",
        "{source}至{target}，只换投影",
    ),
    "same-datum": (
        "the datum is the same",
        "基准相同",
    ),
    "taken-as-one-datum": (
        "{source} to {target}: WGS 84 and CGCS2000 taken as one datum",
        "{source}至{target}：WGS 84与CGCS2000视为同一基准",
    ),
    "identity-note": (
        "identity, nominal 1 m: CGCS2000 is fixed at epoch 2000.0, WGS 84 positions move with the plate (about 0.7 m in 25 years here); zero if the supplier worked in CGCS2000",
        "恒等，标称1米：CGCS2000固定于历元2000.0，WGS 84的位置随板块移动（此地25年约0.7米）；若提供者即在CGCS2000中测量则为零",
    ),
    "epsg-operation": (
        "EPSG operation with a stated accuracy",
        "EPSG转换，精度已说明",
    ),
    "no-real-operation": (
        "PROJ knows no real operation from {source} to {target} here: it would pass the coordinates unchanged, which may be 50 to 120 m off. Give the city's own parameters (geoservice datum add) or data already in a frame coordinate system",
        "PROJ没有此地从{source}到{target}的真实转换：它会原样返回坐标，可能偏差50至120米。请提供本市自己的参数（geoservice datum add），或已在底图坐标系中的数据",
    ),
    "operations-do-not-meet": (
        "{target} and {source} do not meet",
        "{target}与{source}不相接",
    ),
    "crs-unknown": (
        "{name!r} is not a coordinate system PROJ knows; give an EPSG code such as EPSG:4509",
        "“{name}”不是PROJ认识的坐标系，请给出EPSG代码，如EPSG:4509",
    ),
    "crs-not-earth": (
        "{crs} is not a coordinate system of the Earth (its radius is {radius:.0f} m)",
        "{crs}不是地球上的坐标系（其半径为{radius:.0f}米）",
    ),
    "better-needs-grid": ("; a better one needs a grid file that is not installed", "；更好的转换需要未安装的格网文件"),
    "no-layer-listed": (
        "there is no layer {name!r}; /collections lists those you may read",
        "没有图层“{name}”；/collections列出您可读取的图层",
    ),
    "no-layer": ("there is no layer {name!r}", "没有图层“{name}”"),
    "no-version": (
        "layer {name!r} has no version {number}; it has {versions}",
        "图层“{name}”没有第{number}版，现有{versions}",
    ),
    "layer-of-other-kind": (
        "layer {name!r} is {kind}, the file is {wanted}; choose another name",
        "图层“{name}”是{kind}，文件是{wanted}；请换一个名称",
    ),
    "key-leaves": ("storage key {key!r} leaves the storage folder", "存储键“{key}”指向存储文件夹之外"),
    "storage-foreign": (
        "the storage {storage} holds the files of another catalogue: name the database that it belongs to "
        "(GEOSERVICE_DATABASE_URL, GEOSERVICE_DATA_DIR), or another storage (GEOSERVICE_STORAGE_DIR)",
        "存储{storage}中是另一个目录库的文件：请指定它所属的数据库（GEOSERVICE_DATABASE_URL、GEOSERVICE_DATA_DIR），或另设存储（GEOSERVICE_STORAGE_DIR）",
    ),
    "storage-empty": (
        "the storage {storage} is empty, though the catalogue has files in it: mount its disk, or bring the files "
        "back from a backup. If they are lost for good, make a file {mark} in it",
        "存储{storage}是空的，而目录库中登记有文件：请挂载其磁盘，或从备份恢复文件。若文件确已丢失，请在其中建立文件{mark}",
    ),
    "cannot-store": ("cannot store {key}: {why}", "无法存储{key}：{why}"),
    "bucket-unnamed": (
        "{address} names no bucket; write s3://bucket/prefix",
        "{address}没有写明存储桶；请写作s3://bucket/prefix",
    ),
    "bucket-failed": (
        "the bucket does not give or take {key} ({why}); check the AWS_… variables and the service behind them",
        "存储桶不能读写{key}（{why}）；请检查AWS_…变量及其服务",
    ),
    "no-datum-in-crs": (
        "the coordinate system {source!r} names no datum, only the ellipsoid {ellipsoid}; say with --crs which one it is: an EPSG code, or its WKT with the datum",
        "坐标系“{source}”没有写明基准，只有椭球{ellipsoid}；请用--crs说明：EPSG代码，或带基准的WKT",
    ),
    "datum-unheard-of": (
        "the datum {datum!r} of {source} is a name PROJ does not know, so no operation to {target} can be trusted; if it is another name of a known one, say so with --crs: an EPSG code, or its WKT with the datum's registered name; else give the city's own parameters (geoservice datum add)",
        "{source}的基准“{datum}”是PROJ不认识的名称，因此到{target}没有可信的转换；若它是某个已知基准的别名，请用--crs说明：EPSG代码，或带注册基准名的WKT；否则请提供本市自己的参数（geoservice datum add）",
    ),
    "period-form": (
        "{name} is one instant, or start/end with .. for open",
        "{name}应为一个时刻，或“起/止”，不限的一端写..",
    ),
    "period-ends-first": ("{name} ends before it starts: {given}", "{name}的结束早于开始：{given}"),
    "period-too-long": (
        "the duration in {name} leads out of the years 1 to 9999",
        "{name}中的时长超出公元1年至9999年",
    ),
    "kind-vector": ("vector", "矢量"),
    "kind-imagery": ("imagery", "影像"),
    "kind-elevation": ("elevation", "高程"),
    "domain-wanted": (
        'send {{"column": {{"code": "meaning"}}}} or {{"column": ["value"]}}',
        '请发送{{"column": {{"code": "meaning"}}}}或{{"column": ["value"]}}',
    ),
    "domain-no-codes": ("is no property with codes; those are of {types}", "不是可设代码的字段；可设的类型：{types}"),
    "domain-size": ("is an object or a list of 1 to {most} codes", "应为1至{most}个代码的对象或列表"),
    "domain-type": ("is no {type}", "不是{type}"),
    "as-of-none": (
        "layer {name!r} has nothing kept from {instant}: its first state is of {first}",
        "图层“{name}”没有保留{instant}的状态：最早的状态是{first}",
    ),
    "frame-extent": (
        "extent {extent} of frame {name!r} is not west, south, east, north in degrees",
        "框架“{name}”的范围{extent}不是西、南、东、北（度）",
    ),
    "frame-scales": (
        "scales of frame {name!r} must be denominators from the smallest scale to the largest",
        "框架“{name}”的比例尺应为分母，由小比例尺到大比例尺",
    ),
    "layer-name-bad": (
        "{name!r} cannot name a layer: use a small letter, then small letters, digits, _ or - (at most 63)",
        "“{name}”不能作图层名：以小写字母开头，后接小写字母、数字、_或-（最多63个）",
    ),
}
