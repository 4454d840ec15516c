"""What is said of map sheets and their numbers, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "old-sheet-part": (
        "{number!r}: {part!r} cannot follow {parent} (1:{scale})",
        "“{number}”：“{part}”不能接在{parent}（1:{scale}）之后",
    ),
    "old-sheet-number": (
        "{number!r} is not an old sheet number such as J-50-5-B or J-50-5-(15)",
        "“{number}”不是J-50-5-B或J-50-5-(15)一类的旧图幅号",
    ),
    "old-sheet-million": (
        "{number!r}: {sheet} is not a 1:1 000 000 sheet such as J-50",
        "“{number}”：{sheet}不是J-50一类的1:100万图幅",
    ),
    "old-sheet-range": ("{number!r}: {part} must lie between 1 and {most}", "“{number}”：{part}应在1至{most}之间"),
    "sheet-point-outside": (
        "{longitude}, {latitude} is outside 0..180 E and 0..60 N, where the sheet scheme holds; give longitude first, then latitude, in degrees",
        "{longitude}, {latitude}在分幅适用范围（东经0至180度、北纬0至60度）之外；请先经度、后纬度，以度为单位",
    ),
    "sheet-code": (
        "{code!r} is not a sheet code of GB/T 13989-2012 such as I50 or I50G038027 (band letter, column 31-60, scale letter B-K, row, column)",
        "“{code}”不是GB/T 13989-2012的图幅编号，例如I50或I50G038027（行字母、列号31-60、比例尺代码B-K、行号、列号）",
    ),
    "sheet-code-digits": (
        "sheet {code!r}: scale letter {letter} (1:{scale}) takes {digits} digits for the row and {digits} for the column",
        "图幅“{code}”：比例尺代码{letter}（1:{scale}）的行号、列号各{digits}位",
    ),
    "sheet-code-range": (
        "sheet {code!r}: rows and columns at 1:{scale} run from 1 to {most}",
        "图幅“{code}”：1:{scale}的行号、列号为1至{most}",
    ),
    "sheets-too-many": (
        "the box holds {count} sheets at 1:{scale}, more than {most}; ask for a smaller box",
        "此范围内1:{scale}图幅有{count}幅，超过{most}幅；请缩小范围",
    ),
    "sheets-box": (
        "the box {box} must be west < east and south < north, in degrees",
        "范围{box}应为西小于东、南小于北，以度为单位",
    ),
    "sheets-box-outside": (
        "the box {box} leaves 0..180 E, 0..60 N, where the sheet scheme holds",
        "范围{box}超出分幅适用范围（东经0至180度、北纬0至60度）",
    ),
    "sheet-outside": (
        "the sheet would lie outside 0..180 E, 0..60 N, where the scheme holds",
        "图幅将落在分幅适用范围（东经0至180度、北纬0至60度）之外",
    ),
    "sheet-scale": (
        "1:{scale} is not a scale of GB/T 13989; the scales are {known}",
        "1:{scale}不是GB/T 13989的比例尺；比例尺有{known}",
    ),
    "square-point": ("{east}, {north} is not a point in metres", "{east}, {north}不是以米为单位的点"),
    "square-number": (
        "{number!r} is not a square sheet number such as 3813.25-375.75 (north km - east km)",
        "“{number}”不是3813.25-375.75一类的正方形图幅号（北公里数-东公里数）",
    ),
    "square-corner": (
        "{number!r} is not the corner of a 1:{scale} sheet of {width:g} m x {height:g} m",
        "“{number}”不是1:{scale}、{width:g}米×{height:g}米图幅的图廓角",
    ),
    "square-too-many": (
        "the box holds more than {most} sheets at 1:{scale}; ask for a smaller box",
        "此范围内1:{scale}图幅超过{most}幅；请缩小范围",
    ),
    "square-which": (
        "{number!r} may be a 1:1000 or a 1:2000 sheet: give the scale",
        "“{number}”可能是1:1000或1:2000图幅：请给出比例尺",
    ),
    "square-digits": ("{number!r} has more than two digits after the point", "“{number}”小数点后多于两位"),
    "square-scale": (
        "1:{scale} has no square sheets; they exist at 1:500, 1:1000, 1:2000, 1:5000",
        "1:{scale}没有正方形图幅；1:500、1:1000、1:2000、1:5000才有",
    ),
}
