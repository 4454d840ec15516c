"""What is said of the parameters of a request, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "export-gone": (
        "there is no such file, or its time has passed; export again",
        "没有这个文件，或已过期；请重新导出",
    ),
    "export-token": (
        "an export is a job of somebody: send a token; without one use /items?f=",
        "导出是某人的任务：请发送令牌；没有令牌可用/items?f=",
    ),
    "form-tif": ("f is tif", "f应为tif"),
    "profile-elevation": (
        "layer {layer!r} is {kind}; a profile needs elevation",
        "图层“{layer}”是{kind}；剖面需要高程图层",
    ),
    "coverage-vector": (
        "layer {layer!r} is vector: its values are at /collections/{name}/items",
        "图层“{layer}”是矢量：其值在/collections/{name}/items",
    ),
    "bbox-needed": ("bbox is needed: west,south,east,north", "需要bbox：西,南,东,北"),
    "bbox-no-extent": ("bbox has no extent: west < east and south < north", "bbox没有范围：应西<东、南<北"),
    "line-pairs": (
        "line is at least two lon,lat pairs in degrees, with spaces between",
        "line至少为两对经度,纬度（度），以空格分隔",
    ),
    "bbox-degrees-unless": (
        "bbox is in degrees unless bbox-crs says otherwise",
        "除非bbox-crs另有说明，bbox以度为单位",
    ),
    "line-form": ("line is lon,lat pairs with spaces between", "line应为以空格分隔的经度,纬度"),
    "bbox-or-intersects": ("give bbox or intersects, not both", "请给出bbox或intersects之一，不要同时给出"),
    "limit-start": ("limit starts at 1", "limit从1开始"),
    "stac-sort": ("sheets are sorted by {offered}, asc or desc", "图幅可按{offered}排序，asc或desc"),
    "stac-fields": (
        "fields is a list of names, -name for what is left out; in a body include and exclude, each a list",
        "fields应为名称的列表，-名称表示不要；在请求体中为include与exclude两个列表",
    ),
    "names-list": ("{name} is a list of names", "{name}应为名称的列表"),
    "bbox-form": ("bbox is west,south,east,north in degrees", "bbox应为西,南,东,北，单位为度"),
    "stac-datetime": ("datetime is a time or two with / between", "datetime应为一个时间，或以/分隔的两个时间"),
    "stac-datetime-open": ("datetime is open at both ends", "datetime两端都不限"),
    "stac-datetime-order": ("datetime ends before it begins", "datetime的结束早于开始"),
    "limit-token-whole": ("limit and token are whole numbers", "limit和token应为整数"),
    "bbox-four-six": ("bbox is four or six numbers", "bbox应为四个或六个数"),
    "intersects-geojson": ("intersects is not GeoJSON: {why}", "intersects不是GeoJSON：{why}"),
    "rfc3339": (
        "{given!r} is not an RFC 3339 time with its zone, such as 2020-02-29T08:00:00Z",
        "“{given}”不是带时区的RFC 3339时间，如2020-02-29T08:00:00Z",
    ),
    "intersects-json": ("intersects is not JSON: {why}", "intersects不是JSON：{why}"),
    "if-match-needed": (
        "send If-Match with the ETag of the feature you read, so that nobody's change is overwritten",
        "请发送If-Match及所读要素的ETag，以免覆盖他人的修改",
    ),
    "features-wanted": ("send one feature, or a collection of 1 to {most}", "请发送一个要素，或1至{most}个要素的集合"),
    "words-long": ("q is at most 500 characters, none of them NUL", "q至多500个字符，且不含NUL"),
    "records-none": ("there is no catalogue {name!r}; there is layers", "没有目录“{name}”；有layers"),
    "filter-lang-form": ("filter-lang is cql2-text or cql2-json", "filter-lang应为cql2-text或cql2-json"),
    "two-states": (
        "a version by number and as-of an instant are two states; ask for one",
        "版本号与as-of时刻是两种状态；请只要求一种",
    ),
    "lang-offered": ("lang={given!r} is not offered; choose zh or en", "不提供lang=“{given}”；可选zh或en"),
    "job-not-ready": ("job {job} is {status}; follow /jobs/{path}", "任务{job}的状态为{status}；请查看/jobs/{path}"),
    "job-ended": ("job {job} was {status}: {why}", "任务{job}的状态为{status}：{why}"),
    "status-none": ("status {given!r} is none of {offered}", "状态“{given}”不在{offered}之中"),
    "job-type-none": (
        "type {given!r} is not known; all jobs are of type process",
        "没有类型“{given}”；任务的类型都是process",
    ),
    "job-id-form": ("a job's id is a UUID", "任务的编号是UUID"),
    "job-none": ("there is no job {job}", "没有任务{job}"),
    "words-needed": (
        "q is needed: a part of a name, its pinyin or its first letters",
        "需要q：名称的一部分、拼音或拼音首字母",
    ),
    "form-not-offered": ("f={given!r} is not offered; choose {offered}", "不提供f=“{given}”；可选{offered}"),
    "parameter-not-here": ("there is no parameter {name!r} here", "此处没有参数“{name}”"),
    "layer-no-sheet": ("layer {layer!r} has no sheet {sheet!r}", "图层“{layer}”没有图幅“{sheet}”"),
    "stac-vector": (
        "layer {layer!r} is no imagery or elevation; its features are at /collections",
        "图层“{layer}”不是影像或高程；其要素在/collections",
    ),
    "profile-none": ("there is no profile {name!r}; choose {offered}", "没有profile“{name}”；可选{offered}"),
    "process-none": ("there is no process {name!r}; /processes lists them", "没有分析处理“{name}”；/processes列有全部"),
    "response-form": ("response is raw or document", "response应为raw或document"),
    "no-subscriber": ("this service calls nobody back; follow the job", "本服务不回调；请查看任务"),
    "outputs-form": (
        "outputs is an object, one member for each output wanted",
        "outputs应为对象，每个所需输出一个成员",
    ),
    "output-none": ("there is no output {name!r}; there is {offered}", "没有输出“{name}”；有{offered}"),
    "outputs-values": ("outputs come as values, never by reference", "输出以值返回，不以引用返回"),
    "output-type": ("{name} comes as {type}", "{name}的类型为{type}"),
    "accept-nothing": (
        "Accept: {given} leaves nothing; this resource is {offered}",
        "Accept: {given}没有可用的形式；此资源为{offered}",
    ),
    "form-not-here": ("f={given!r} is not offered here; choose {offered}", "此处不提供f=“{given}”；可选{offered}"),
    "numbering-offered": ("numbering is national or square", "numbering应为national（国家分幅）或square（正方形分幅）"),
    "state-offered": (
        "state is covered, partial, unstated or missing",
        "state应为covered（已覆盖）、partial（部分）、unstated（精度未注明）或missing（缺）",
    ),
    "sheet-empty": ("layer {layer!r} has nothing in sheet {sheet}", "图层“{layer}”在图幅{sheet}内没有内容"),
    "feature-none": ("layer {layer!r} has no feature {fid}", "图层“{layer}”没有要素{fid}"),
    "feature-id-form": (
        "layer {layer!r} has no feature {given!r}; ids are whole numbers",
        "图层“{layer}”没有要素“{given}”；编号是整数",
    ),
    "layer-has-no-items": (
        "layer {layer!r} is {kind}: it has tiles and coverages, no features",
        "图层“{layer}”是{kind}：有瓦片和覆盖，没有要素",
    ),
    "version-one-layer": ("a version is one layer's; ask for its tile alone", "版本属于一个图层；请单独请求它的瓦片"),
    "parameter-whole": (
        "{name}={given!r} is not a whole number of at least {low}",
        "{name}=“{given}”不是不小于{low}的整数",
    ),
    "parameter-number": ("{name} has {given!r}, which is not a number", "{name}中的“{given}”不是数"),
    "parameter-numbers": ("{name} takes {wanted} numbers, not {count}", "{name}需要{wanted}个数，而不是{count}个"),
    "parameter-box": (
        "{name} is west,south,east,north in degrees, longitude first",
        "{name}应为西,南,东,北，单位为度，经度在前",
    ),
    "parameter-unknown": (
        "there is no parameter {name!r} here; this resource takes {taken}",
        "此资源没有参数“{name}”；可用：{taken}",
    ),
    "parameter-needed": ("{name} is needed, a number", "需要{name}，应为数"),
    "page-mark": (
        "the page mark cannot be read; follow the next link as it is",
        "分页标记无法读取；请原样使用next链接",
    ),
    "filter-lang-offered": (
        "filter-lang={given!r} is not read; use {offered}",
        "不读取filter-lang=“{given}”；请用{offered}",
    ),
    "true-or-false": ("{name} is true or false", "{name}应为true或false"),
    "bbox-south-north": (
        "bbox has its lower edge {south} above its upper edge {north}",
        "bbox的下边{south}高于上边{north}",
    ),
    "bbox-west-east": (
        "bbox has its left edge {west} right of its right edge {east}",
        "bbox的左边{west}在右边{east}以东",
    ),
    "bbox-latitude": (
        "bbox has a latitude beyond 90: CRS84, the default, is longitude first; EPSG:4326 and EPSG:4490 are latitude first and are said with bbox-crs",
        "bbox的纬度超过90：默认的CRS84经度在前；EPSG:4326与EPSG:4490纬度在前，须用bbox-crs说明",
    ),
    "bbox-longitude": (
        "bbox has a longitude beyond 360; are these metres? Then say bbox-crs",
        "bbox的经度超过360；是以米为单位吗？请用bbox-crs说明",
    ),
    "bbox-outside": ("bbox lies outside what {crs} can express", "bbox超出{crs}所能表达的范围"),
    "form-no-file": ("f={given!r} is no file; choose {offered}", "f=“{given}”不是文件；可选{offered}"),
    "encoding-offered": ("encoding is {offered}", "encoding应为{offered}"),
    "file-not-page": (
        "{name} belongs to pages; a file holds all features that the conditions select",
        "{name}用于分页；文件含有条件选中的全部要素",
    ),
    "form-cannot-hold": ("{form} cannot hold these features: {why}", "{form}不能容纳这些要素：{why}"),
    "record-sort-none": ("{given!r} cannot be sorted by; there is {offered}", "不能按“{given}”排序；可用{offered}"),
    "around-nothing": ("nothing of layer {layer!r} meets the filter", "图层“{layer}”中没有符合条件的要素"),
    "around-too-much": (
        "layer {layer!r} gives more than {features} features or {vertices} vertices; narrow it with filter or bbox",
        "图层“{layer}”给出的要素超过{features}个或顶点超过{vertices}个；请用filter或bbox缩小",
    ),
    "nearest-vector": (
        "layer {layer!r} is {kind}; nearest needs vector layers",
        "图层“{layer}”是{kind}；最近要素分析需要矢量图层",
    ),
    "analysis-kind": ("layer {layer!r} is {kind}; this needs {wanted}", "图层“{layer}”是{kind}；此处需要{wanted}"),
    "analysis-layers": ("name at most {most} layers", "图层至多{most}个"),
    "polygon-area": (
        "the polygon has {area} km²; ask with at most {most} km²",
        "面的面积为{area}平方千米；请不超过{most}平方千米",
    ),
    "area-none": (
        "{given!r} is neither a file nor a box west,south,east,north in degrees",
        "“{given}”既不是文件，也不是以度为单位的范围 西,南,东,北",
    ),
    "area-unreadable": ("{file} cannot be read: {why}", "不能读取{file}：{why}"),
    "area-empty": ("{file} holds no area", "{file}中没有面状要素"),
    "area-no-crs": (
        "{file} does not say its coordinate system; save it with one and ask again",
        "{file}没有说明坐标系；请带坐标系保存后再问",
    ),
    "send-polygon": ('send {{"polygon": GeoJSON}}', '请发送{{"polygon": GeoJSON}}'),
    "what-by": ('by is {{"layer": "column"}}', 'by应为{{"图层": "字段"}}'),
    "what-layers": ('layers is ["name", …]', 'layers应为["名称", …]'),
    "send-number": ('send {{"number": N}} as JSON', '请以JSON发送{{"number": N}}'),
    "inputs-none": ("give at least one input", "请至少给出一个输入"),
    "geometry-vertices": (
        "the geometry has more than {most} vertices; simplify it",
        "几何的顶点超过{most}个；请先化简",
    ),
    "line-not": ("line is a GeoJSON LineString, not a {kind}", "line应为GeoJSON LineString，而不是{kind}"),
    "process-bbox": (
        "bbox is west, south, east, north with west < east and south < north",
        "bbox为西、南、东、北，西小于东、南小于北",
    ),
    "geometry-or-layer": ("give either a geometry or a layer", "请给出几何或图层，二者取一"),
    "inputs-object": (
        "inputs is an object: the process's description lists its members",
        "inputs应为对象：其成员见处理的说明",
    ),
    "input-reference": (
        "{name} is given by reference; this service fetches nothing, send the value",
        "{name}以引用给出；本服务不去取数据，请直接发送值",
    ),
    "result-too-large": ("the result is larger than 64 MB; ask for a smaller area", "结果超过64 MB；请缩小范围"),
    "sheet-form": (
        "sheets of {layer!r} come as {offered}, not {given!r}",
        "“{layer}”的图幅可为{offered}，没有“{given}”",
    ),
    "field-unknown": ("unknown field {field!r}", "没有字段“{field}”"),
    "field-layer": ("the field 'layer' must name the layer", "字段layer应给出图层名"),
}
