"""What is said about datum parameters, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "file-strerror": (
        "{file}: {strerror}",
        "{file}：{strerror}",
    ),
    "no-geographic-base": (
        "{crs} stands on no geographic coordinate system",
        "{crs}不以任何大地坐标系为基础",
    ),
    "datum-key-bad": (
        "the datum key is not a Fernet key (44 characters of URL-safe base64)",
        "参数密钥不是Fernet密钥（44个URL安全的base64字符）",
    ),
    "datum-file-encrypted": (
        "{file} is encrypted: give the datum key",
        "{file}已加密：请给出参数密钥",
    ),
    "datum-key-wrong": (
        "{file}: the datum key does not open it",
        "{file}：参数密钥打不开它",
    ),
    "datum-file-no-list": (
        "{file} is not an object with a list `transforms`",
        "{file}不是含transforms列表的对象",
    ),
    "datum-file-bad-list": (
        "{file}: `transforms` must be a list of objects",
        "{file}：transforms必须是对象的列表",
    ),
    "datum-file-open-to-others": (
        "{file} can be read by others than its owner: chmod 600",
        "{file}可被所有者以外的人读取：请chmod 600",
    ),
    "datum-file-not-encrypted": (
        "{file} is not encrypted: give a datum key and save it again",
        "{file}未加密：请给出参数密钥并重新保存",
    ),
    "old-places": (
        "columns {columns} hold where the features lay before the city's own parameters moved them: who reads both can work the parameters out; import it without these columns, or --private",
        "列{columns}记有用本市参数转换之前的坐标：两者对照即可推算出参数；请去掉这些列后导入，或设为--private",
    ),
    "datum-same-id": (
        "two entries have the same id",
        "有两个条目的id相同",
    ),
    "datum-nothing-to-apply": (
        "entry {id!r}: nothing to apply",
        "条目“{id}”：没有可用的参数",
    ),
    "city-transform": (
        "{source} to {target} by the city's {id} ({label})",
        "{source}至{target}，用本市的{id}（{label}）",
    ),
    "outside-city-area": (
        "{outside} of {size} points lie outside the area of the city transform {id}; import the part inside it, or have the transform's area extended by new control points",
        "{size}个点中有{outside}个在本市转换{id}的适用范围之外；请只导入范围内的部分，或用新的控制点扩大其范围",
    ),
    "datum-other-sign": (
        "; with the other sign of the rotations it would fit: correct the convention",
        "；旋转取相反符号则相符：请更正约定",
    ),
    "datum-misses-check-point": (
        "entry {id!r} misses its check point by {missed}{hint}",
        "条目“{id}”与其检核点相差{missed}{hint}",
    ),
    "up-to-metres": (
        "up to {limit:g} m",
        "不超过{limit:g}米",
    ),
    "beyond-1000-metres": (
        "more than 1000 m",
        "超过1000米",
    ),
    "datum-piece-unknown": (
        "entry {id!r} names {name!r}, which is not an entry with parameters",
        "条目“{id}”引用了“{name}”，它不是带参数的条目",
    ),
    "datum-piece-other-datum": (
        "entry {id!r}: its piece {name!r} leads between other datums",
        "条目“{id}”：其分片“{name}”连接的是别的基准",
    ),
    "outside-city-pieces": (
        "{count} points lie in no piece of the city transform {id}",
        "{count}个点不在本市转换{id}的任何分片内",
    ),
    "plane4": (
        "4-parameter plane similarity",
        "平面四参数相似变换",
    ),
    "helmert7": (
        "7-parameter Bursa-Wolf",
        "布尔沙七参数",
    ),
    "piecewise": (
        "piecewise by area",
        "按区域分片",
    ),
    "datum-entry-no-id": (
        "an entry of the datum registry has no id (a text)",
        "参数登记中有条目没有id（文字）",
    ),
    "datum-entry-missing": (
        "datum entry {name!r}: {args} is missing",
        "参数条目“{name}”：缺少{args}",
    ),
    "datum-entry-no-object": (
        "a set of parameters is one JSON object with an id",
        "一组参数应为一个带id的JSON对象",
    ),
    "datum-entry-crs": (
        "datum entry {name!r}: its {side} is not a coordinate system PROJ knows; give an EPSG code such as EPSG:2384",
        "参数条目“{name}”：PROJ不认识其{side}所写的坐标系；请给出EPSG代码，例如EPSG:2384",
    ),
    "datum-entry-form": (
        "datum entry {name!r}: a value has the wrong form",
        "参数条目“{name}”：有值的格式不对",
    ),
    "datum-entry-method": (
        "datum entry {name!r}: method must be one of {labels}",
        "参数条目“{name}”：method应为{labels}之一",
    ),
    "datum-entry-no-pieces": (
        "datum entry {name!r}: pieces is missing",
        "参数条目“{name}”：缺少pieces",
    ),
    "datum-entry-plane4": (
        "datum entry {name!r}: plane4 leads between projected coordinate systems",
        "参数条目“{name}”：plane4用于投影坐标系之间",
    ),
    "datum-entry-geographic": (
        "datum entry {name!r}: {method} leads between geographic coordinate systems (degrees)",
        "参数条目“{name}”：{method}用于大地坐标系（度）之间",
    ),
    "datum-entry-axes": (
        "axes must be north_east (X is north, as in Chinese texts) or east_north",
        "axes应为north_east（X为北，国内资料的写法）或east_north",
    ),
    "datum-entry-convention": (
        "datum entry {name!r}: convention must be coordinate_frame (EPSG:9607, Chinese texts) or position_vector",
        "参数条目“{name}”：convention应为coordinate_frame（EPSG:9607，国内资料的写法）或position_vector",
    ),
    "number-not-finite": (
        "not finite",
        "不是有限数",
    ),
    "datum-grid-missing": (
        "datum entry {name!r}: the grid {file} is not beside the registry",
        "参数条目“{name}”：格网文件{file}不在登记文件旁边",
    ),
    "datum-grid-bad": (
        "datum entry {name!r}: {file} is not an NTv2 grid",
        "参数条目“{name}”：{file}不是NTv2格网",
    ),
    "datum-no-check-point": (
        "datum entry {name!r} has no check point: give one point known in both systems, so that a wrong sign shows",
        "参数条目“{name}”没有检核点：请给出一个在两个坐标系中都已知的点，以便发现符号错误",
    ),
    "not-a-polygon": (
        "not a polygon",
        "不是多边形",
    ),
    "helmert7-frame": (
        "7-parameter Bursa-Wolf (coordinate frame, EPSG:9607)",
        "布尔沙七参数（坐标框架旋转，EPSG:9607）",
    ),
    "warning-line": (
        "warning: {warning}",
        "警告：{warning}",
    ),
    "not-known": (
        "not known",
        "未知",
    ),
    "no-ellipsoid": (
        "{crs} has no ellipsoid, so no 7-parameter shift can start from it",
        "{crs}没有椭球，不能由它开始七参数转换",
    ),
    "ntv2": ("NTv2 grid", "NTv2格网"),
    "quality-rmse": ("RMSE {metres:.3f} m", "中误差{metres:.3f}米"),
    "quality-check": ("at check points {metres:.3f} m", "检核点{metres:.3f}米"),
    "quality-largest": ("largest residual {metres:.3f} m", "最大残差{metres:.3f}米"),
    "quality-points": ("{count} control points", "{count}个控制点"),
    "quality-check-points": ("{count} check points", "{count}个检核点"),
    "city-transform-line": (
        "{id}: {route}, {method}, {quality}; {supplier} [{secrecy}]",
        "{id}：{route}，{method}，{quality}；{supplier} [{secrecy}]",
    ),
    "city-supplied": ("city-supplied, {quality}", "本市提供，{quality}"),
}
