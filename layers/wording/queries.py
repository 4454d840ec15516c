"""What is said of filters, queries and the geometries in them, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "filter-other-type": ("a {found} value stands where a {wanted} is needed", "需要{wanted}类型的值，却是{found}"),
    "filter-no-value": ("{given!r} is no value a property can be compared with", "“{given}”不是属性能与之比较的值"),
    "not-a-number": ("{given!r} is not a number", "“{given}”不是数"),
    "filter-number-not-finite": ("a number is not finite", "数不是有限的"),
    "number-too-long": ("a number has more than 40 digits", "数超过40位"),
    "no-instant": (
        "{given!r} is no date or time; write 2020-02-29 or 2020-02-29T08:00:00Z",
        "“{given}”不是日期或时间；请写作2020-02-29或2020-02-29T08:00:00Z",
    ),
    "text-nul": ("a text holds a NUL character, which no feature can have", "文字含有NUL字符，要素不可能有"),
    "geometry-empty": ("the geometry is empty", "几何为空"),
    "filter-box": ("a box needs four or six numbers", "范围框需要四个或六个数"),
    "filter-box-edges": (
        "a box's lower edge {south} is above its upper edge {north}",
        "范围框的下边{south}高于上边{north}",
    ),
    "geometry-positions": (
        "the geometry has {count} positions; at most {most} are read",
        "几何有{count}个点；至多读取{most}个",
    ),
    "geometry-not-finite": ("the geometry has a position that is not finite", "几何中有非有限的坐标"),
    "geometry-latitude": (
        "the geometry has a latitude beyond 90; are its axes in the order of its CRS?",
        "几何的纬度超过90；坐标轴是否按坐标系的顺序书写？",
    ),
    "geometry-invalid": ("the geometry is not valid: {why}", "几何无效：{why}"),
    "geometry-outside": ("the geometry lies outside what {crs} can express", "几何超出{crs}所能表达的范围"),
    "filter-geometries": (
        "{operator} compares geometries; a {found} was given",
        "{operator}比较的是几何，却给了{found}",
    ),
    "filter-collection": (
        "{operator} is not defined for a geometry collection; only {allowed} are",
        "{operator}不能用于几何集合；只有{allowed}可以",
    ),
    "json-number": ("{name} is not a number of JSON", "{name}不是JSON的数"),
    "geometry-not-geojson": ("the geometry is not GeoJSON: {why}", "几何不是GeoJSON：{why}"),
    "filter-empty-geometry": ("the filter holds an empty geometry", "过滤条件含有空几何"),
    "filter-no-condition": (
        "the filter is a {found}, not a condition that is true or false",
        "过滤条件是{found}，不是可真可假的条件",
    ),
    "filter-part": (
        "a part of the filter is no operation, property or value: {given}",
        "过滤条件的一部分既不是运算，也不是属性或值：{given}",
    ),
    "filter-too-large": (
        "the filter has more than {parts} parts or is nested more than {depth} deep",
        "过滤条件超过{parts}个部分，或嵌套超过{depth}层",
    ),
    "queryable-none": (
        "there is no property {name!r}; the queryables list them",
        "没有属性“{name}”；queryables列有可用的属性",
    ),
    "filter-instant-text": ("a {kind} is written as text", "{kind}应写作文字"),
    "filter-operation": ("an operation needs a name and a list of arguments", "运算需要名称和参数表"),
    "filter-arguments": (
        "{operator} takes {wanted} argument(s), not {count}",
        "{operator}需要{wanted}个参数，而不是{count}个",
    ),
    "filter-in": ("in needs a list of values", "in需要值的列表"),
    "filter-like": (
        "the pattern of like ends in a backslash that escapes nothing",
        "like的模式以没有转义任何字符的反斜杠结尾",
    ),
    "filter-interval": ("an interval needs a start and an end", "时段需要起点和终点"),
    "filter-takes": ("{operator} takes {wanted}, not a {found}", "{operator}需要{wanted}，而不是{found}"),
    "property-none": ("there is no property {name!r}; the schema lists them", "没有属性“{name}”；schema列有全部属性"),
    "sort-none": (
        "{given!r} cannot be sorted by; write +name or -name of a sortable",
        "不能按“{given}”排序；请写+名称或-名称，名称见sortables",
    ),
    "crs-not-offered": (
        "{given!r} is not offered for this layer; its crs list has {offered}",
        "此图层不提供“{given}”；其crs列表有{offered}",
    ),
    "filter-long": (
        "the filter is {count} characters long; at most {most} are read",
        "过滤条件长{count}个字符；至多读取{most}个",
    ),
    "filter-nul": ("the filter holds a NUL character", "过滤条件含有NUL字符"),
    "filter-json-deep": (
        "the filter is nested {depth} deep; at most {most} is read",
        "过滤条件嵌套{depth}层；至多读取{most}层",
    ),
    "filter-not-json": ("the filter is not JSON: {why}", "过滤条件不是JSON：{why}"),
    "value-not-truth": ("{given!r} is neither true nor false", "“{given}”既不是true也不是false"),
    "value-not-text": ("{name} cannot be compared with a text; use filter=", "{name}不能与文字比较；请用filter="),
    "filter-needs": (
        "the filter needs {wanted} at character {at}, found {found}",
        "过滤条件第{at}个字符处需要{wanted}，却是{found}",
    ),
    "filter-deep": ("the filter is nested more than {most} deep", "过滤条件嵌套超过{most}层"),
    "filter-end": ("the end", "结尾"),
    "filter-wants-values": ("{count} values in the brackets", "括号中的{count}个值"),
    "filter-wants-text": ("a text in single quotes", "单引号中的文本"),
    "filter-wants-number": ("a number", "数"),
    "filter-wants-operator": ("an operator or the end", "运算符或结尾"),
    "filter-wants-like": ("LIKE, BETWEEN or IN", "LIKE、BETWEEN或IN"),
    "filter-wants-value": ("a property, a value or a function", "属性、值或函数"),
    "filter-wants-geometry": ("a geometry", "几何"),
    "filter-wants-member": ("a geometry that is no collection", "非集合的几何"),
    "filter-wants-ordinates": ("two or three ordinates", "两个或三个坐标值"),
    "filter-number-large": ("the number at character {at} is too large", "第{at}个字符处的数太大"),
    "filter-unreadable": (
        "the filter cannot be read from character {at}: {given!r}",
        "过滤条件从第{at}个字符起无法读取：“{given}”",
    ),
    "layer-is-picture": ("this layer is a picture, it has no features", "此图层是影像，没有要素"),
    "count-range": ("count is 1 to {most}, not {given}", "count应为1至{most}，而不是{given}"),
    "within-range": ("within is more than 0 and at most {most:.0f} metres", "within应大于0且至多{most:.0f}米"),
    "layer-kind-no-features": ("layer {layer!r} is {kind} and holds no features", "图层“{layer}”是{kind}，没有要素"),
    "distance-range": (
        "distance is up to {most:.0f} metres, not 0; a negative one shrinks polygons",
        "distance至多{most:.0f}米，不为0；负值使面收缩",
    ),
    "segments-range": ("segments of a quarter circle are 1 to 64", "四分之一圆弧的分段为1至64"),
    "geometry-wide": (
        "the geometry is wider than {most:.0f} km; buffer it in parts",
        "几何宽于{most:.0f}公里；请分块做缓冲",
    ),
    "filter-no-instant": (
        "a {found} value stands where a date or time is needed",
        "需要日期或时间，却是{found}类型的值",
    ),
    "function-none": (
        "there is no function {name!r}; /functions lists them",
        "没有函数“{name}”；/functions列有全部函数",
    ),
    "function-arguments": (
        "{name} takes {wanted} argument(s), not {count}",
        "{name}需要{wanted}个参数，而不是{count}个",
    ),
    "function-takes": ("{name} takes a {wanted}, not a {found}", "{name}需要{wanted}，而不是{found}"),
    "layer-without-features": ("layer {layer!r} holds no features", "图层“{layer}”没有要素"),
    "geojson-wanted": (
        "{name} is a GeoJSON geometry in degrees, longitude first, and not empty",
        "{name}应为GeoJSON几何，单位为度，经度在前，且不为空",
    ),
    "geojson-off-earth": (
        "{name} leaves the Earth: it is in degrees, longitude first",
        "{name}超出了地球：应以度为单位，经度在前",
    ),
    "polygon-wanted": (
        "give a GeoJSON Polygon or MultiPolygon in degrees, longitude first",
        "请给出GeoJSON面或多面，单位为度，经度在前",
    ),
    "polygon-vertices": ("the polygon has more than {most} vertices; simplify it", "面的顶点超过{most}个；请先化简"),
    "polygon-invalid": ("the polygon is not valid: {why}", "面无效：{why}"),
    "polygon-around": (
        "an edge of the polygon goes more than half way around the Earth: cut the polygon at 180 degrees, or give the edge "
        "vertices between",
        "面的一条边跨越地球经度一半以上：请在180度处分割该面，或在边上加顶点",
    ),
    "buffer-pole": ("the buffer reaches a pole", "缓冲区到达极点"),
    "layer-no-column": ("layer {layer!r} has no column {column!r}", "图层“{layer}”没有字段“{column}”"),
    "lon-range": ("lon must be between -180 and 180, not {given}", "lon应在-180至180之间，而不是{given}"),
    "lat-range": ("lat must be between -90 and 90, not {given}", "lat应在-90至90之间，而不是{given}"),
    "tolerance-range": (
        "tolerance must be between 0 and 1000 metres, not {given}",
        "tolerance应在0至1000米之间，而不是{given}",
    ),
    "not-geojson": ("{name} is not GeoJSON: {why}", "{name}不是GeoJSON：{why}"),
    "page-mark-foreign": (
        "the page mark does not belong to this order; follow the next link as it is",
        "翻页标记不属于此排序；请原样使用next链接",
    ),
    "not-degrees": ("{given!r} is not a number of degrees", "“{given}”不是度数"),
    "hint-colour": (
        "style hint colour={colour!r} of layer {layer!r} must look like #1a2b3c",
        "图层“{layer}”的样式提示colour=“{colour}”应形如#1a2b3c",
    ),
    "hint-preset": (
        "style hint preset={preset!r} of layer {layer!r} is not one of {known}",
        "图层“{layer}”的样式提示preset=“{preset}”不在{known}之中",
    ),
}
