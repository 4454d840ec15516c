"""What WMS, WFS and WMTS refuse in their exception reports, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "service-is": ("service is {service}", "service应为{service}"),
    "operation-none": (
        "request {given!r} is not done here; there are {offered}",
        "不支持request“{given}”；可用{offered}",
    ),
    "key-needed": ("{name} is needed", "缺少{name}"),
    "key-whole": ("{name} is a whole number, not {given!r}", "{name}应为整数，而不是“{given}”"),
    "key-none-of": ("{name} {given!r} is none of {offered}", "{name}“{given}”不在{offered}之中"),
    "map-sides": ("width and height are 1 to {most} pixels", "width和height为1至{most}像素"),
    "map-layers": ("at most {most} layers stand in a map", "一幅地图至多{most}个图层"),
    "map-styles": (
        "give as many styles and filters as layers, or one of each",
        "样式和过滤条件的个数应与图层相同，或各给一个",
    ),
    "map-layer-none": ("there is no layer {layer!r}", "没有图层“{layer}”"),
    "map-crs-none": ("{crs!r} is not offered here", "此处不提供“{crs}”"),
    "map-bbox-numbers": ("bbox is four numbers: minx,miny,maxx,maxy", "bbox应为四个数：minx,miny,maxx,maxy"),
    "map-bbox-earth": ("bbox lies outside the Earth", "bbox在地球之外"),
    "map-form": ("{name} is one of {offered}", "{name}应为{offered}之一"),
    "map-sld": (
        "{name} is not taken: a map is drawn with the styles that GetCapabilities lists; name one in styles",
        "不接受{name}：地图按GetCapabilities列出的样式绘制；请在styles中写样式名",
    ),
    "map-times": ("at most {most} times stand in a request", "一次请求至多{most}个时间"),
    "map-time-none": (
        "{layer} has nothing at time {given!r}; its times are {extent}",
        "{layer}在时间“{given}”没有内容；其时间范围为{extent}",
    ),
    "map-time-one": ("give one time or one interval, not a list", "请给出一个时间或一个区间，而不是列表"),
    "map-dpi": ("dpi is {low:g} to {high:g}", "dpi为{low:g}至{high:g}"),
    "map-dpi-number": ("dpi is a number", "dpi应为数"),
    "info-layer": (
        "query_layers has {layer!r}, which layers has not",
        "query_layers中有“{layer}”，layers中却没有",
    ),
    "info-pixel": (
        "{across}, {down} is a pixel of the map, not {col}, {row}",
        "{across}、{down}应为地图内的像素，而不是{col}、{row}",
    ),
    "wfs-version": (
        "version {version} is offered, not {given}",
        "提供的版本为{version}，而不是{given}",
    ),
    "wfs-queries": (
        "a request has 1 to {most} queries, and of each parameter in brackets as many values as queries",
        "一次请求有1至{most}个查询；写在括号中的每个参数，值的个数应与查询相同",
    ),
    "wfs-join": ("a query is of one layer; layers are not joined here", "一个查询只针对一个图层；此处不做图层连接"),
    "wfs-one-of": (
        "give {first} or {second}, not both: each says which features are asked for",
        "{first}与{second}只能给一个：两者都说明所要的要素",
    ),
    "wfs-bbox-order": (
        "bbox has a latitude beyond 90: its numbers are in the authority's order where its system is named {crs} or not at "
        "all, and longitude first where it is named EPSG:…",
        "bbox的纬度超过90：坐标系写作{crs}或未写明时，各数按主管机构规定的轴序排列；写作EPSG:…时经度在前",
    ),
    "snapshots-wait": (
        "as many whole answers as may be are being read already; ask again, or ask for pages of at most 250 with count",
        "正在读取的整体结果已达上限；请稍后再试，或用count按每页不超过250个要素请求",
    ),
    "wfs-feature-none": ("there is no feature {given!r}", "没有要素“{given}”"),
    "wmts-version": ("version 1.0.0 is offered", "提供的版本为1.0.0"),
    "wmts-pixel": ("{name} is 0 to {last}, not {value}", "{name}为0至{last}，而不是{value}"),
}
