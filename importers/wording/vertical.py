"""What is said about height systems and the units of heights, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "ellipsoidal-height": (
        "ellipsoidal height",
        "大地高",
    ),
    "compound-names-it": (
        "the file's compound coordinate system names it",
        "文件的复合坐标系写明了",
    ),
    "crs-three-axes": (
        "its coordinate system has three axes",
        "其坐标系有三个轴",
    ),
    "hgt-egm96": (
        "SRTM .hgt files count from EGM96 by their specification",
        "SRTM的.hgt文件按规范以EGM96为准",
    ),
    "mean-sea-level": (
        "mean sea level",
        "平均海面",
    ),
    "dted-says": (
        "the DTED header says {stated}",
        "DTED文件头写明{stated}",
    ),
    "heights-unknown-recorded": (
        "{sheet}: the height system is not stated and is recorded as unknown; say --heights {systems} or an EPSG code. Do not mix these heights with others before",
        "{sheet}：高程系统未说明，记为未知；请用--heights {systems}或EPSG代码说明。此前不要与其他高程混用",
    ),
    "nobody-names-one": (
        "neither the file nor you name one",
        "文件和您都没有说明",
    ),
    "not-a-height-system": (
        "{text!r} is not a height system; say {systems} or a vertical EPSG code",
        "“{text}”不是高程系统，请用{systems}或高程系统的EPSG代码",
    ),
    "unit-option": (
        "unit is one of {metres}, not {said!r}",
        "unit应为{metres}之一，而不是“{said}”",
    ),
    "band-says-so": (
        "the band says so",
        "波段如此说明",
    ),
    "of-vertical-system": (
        "of the vertical system",
        "取自高程系统",
    ),
    "band-unit-unknown": (
        "the band's unit {stated!r} is not known",
        "波段单位“{stated}”未知",
    ),
    "file-names-no-unit": (
        "the file names no unit",
        "文件没有写明单位",
    ),
    "heights-in-metres": (
        "height grids come in metres; unit=… says otherwise",
        "高程格网以米为单位；unit=…可另行说明",
    ),
}
