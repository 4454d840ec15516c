"""What is said of the parameters of a request, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "subset-form": (
        'subset is written Lat(34:35),Lon(115:116) or time("2020-01-01":"2020-12-31"), not {given!r}',
        'subset应写作Lat(34:35),Lon(115:116)或time("2020-01-01":"2020-12-31")，而不是“{given}”',
    ),
    "subset-twice": ("subset says the axis {axis} twice", "subset中的轴{axis}出现了两次"),
    "subset-point": (
        "subset gives one value for {axis}; a map needs a low and a high one: {axis}(low:high)",
        "subset只给了{axis}的一个值；地图需要下限和上限：{axis}(下限:上限)",
    ),
    "subset-axis": (
        "subset has an axis {axis!r}; those of subset-crs are {axes}",
        "subset中有轴“{axis}”；subset-crs的轴为{axes}",
    ),
    "subset-empty": (
        "subset has no extent: an axis' first value is the lower one",
        "subset没有范围：轴的第一个值应为下限",
    ),
    "subset-degrees": (
        "subset is in degrees, longitude -180 to 180 and latitude -90 to 90; say subset-crs for metres",
        "subset以度为单位，经度-180至180，纬度-90至90；若为米请给出subset-crs",
    ),
    "subset-time": (
        'subset writes a time in quotes: time("2020-01-01") or time("2020-01-01":"2020-12-31"), * for open',
        'subset中的时间要加引号：time("2020-01-01")或time("2020-01-01":"2020-12-31")，不限的一端写*',
    ),
    "map-bbox-and-subset": (
        "give the place by bbox or by subset, not both",
        "位置请用bbox或subset给出，不要同时使用",
    ),
    "map-datetime-and-subset": (
        "give the time by datetime or by subset, not both",
        "时间请用datetime或subset给出，不要同时使用",
    ),
}
