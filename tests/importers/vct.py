"""Small VCT files for the tests, of all three versions, as land departments' programs write them."""

from pathlib import Path
from typing import Any

HEAD_3 = """HeadBegin
Datamark:LANDUSE-VCT
Version:3.0
CoordinateSystemType:P
Dim:2
XAxisDirection:{x}
YAxisDirection:N
XYUnit:M
Spheroid:CGCS2000,6378137.0,298.257222101
PrimeMeridian:Greenwich
Projection:高斯-克吕格投影
Parameters:{meridian},1,{false_easting},0,3,{zone}
VerticalDatum:1985国家高程基准
MapScale:2000
Offset:{offset}
Date:20260101
Separator:,
HeadEnd
"""
HEAD_2 = """HeadBegin
DataMark: LANDUSE-VCT
Version: 2.0
Unit: M
Dim: 2
Topo: {topo}
Coordinate: M
Projection: 高斯-克吕格投影
Spheroid: 西安80
Parameters: 6378140, 6356755.288
Meridian: 117
MinX: 39375000
MinY: 3813000
MaxX: 39375300
MaxY: 3813200
ScaleM: 10000
Date: 20091231
Separator: ,
HeadEnd
"""
CODES_3 = """FeatureCodeBegin
1000110000,测量控制点,Point,CLKZD
2001010100,地类图斑,Polygon,DLTB
2001040000,地类界线,Line,DLJX
2099000000,注记,Annotation,ZJ
FeatureCodeEnd
"""
TABLES = """TableStructureBegin
CLKZD,3
BSM,Char,18
KZDMC,Char,60
GC,Float,15,2
0
DLTB,5
BSM,Char,18
DLBM,Char,5
TBMJ,Float,15,2
TBBH,Int4
SJ,Date,8
0
DLJX,1
BSM,Char,18
0
ZJ,2
BSM,Char,18
ZJNR,Char,60
0
TableStructureEnd
"""
ATTRIBUTES = """AttributeBegin
CLKZD
11,411400000000000011,点一,50.25
TableEnd
DLTB
31,411400000000000031,0101,8400,1,20251231
32,411400000000000032,0301,400,2,20251231
33,411400000000000033,1101,10000,3,20251231
TableEnd
DLJX
21,411400000000000021
TableEnd
ZJ
41,411400000000000041,梁园区
TableEnd
AttributeEnd
"""
X, Y = 39_375_000, 3_813_000


def points(*corners: tuple[float, float], x: float = X, north_first: bool = False) -> str:
    pairs = [(Y + north, x + east) if north_first else (x + east, Y + north) for east, north in corners]
    return "\n".join(f"{a:.4f},{b:.4f}" for a, b in pairs)


def line_3(number: int, code: str, *corners: tuple[float, float], kind: int = 11, **how: Any) -> str:
    return f"{number}\n{code}\nunknown\n1\n1\n{kind}\n{len(corners)}\n{points(*corners, **how)}\n0\n\n"


def version_3(**said: str | float) -> str:
    """Two areas that share a line, one with a hole that is the other; a third of direct coordinates; a control point, a
    boundary, a word."""
    head = {"x": "E", "meridian": "117", "false_easting": "39500000", "zone": "39", "offset": "0,0"}
    head |= {key: str(said[key]) for key in head if key in said}
    how: dict[str, Any] = {"x": float(said.get("easting", X)), "north_first": head["x"] == "N"}
    lines = (
        line_3(1, "1099000000", (0, 0), (100, 0), (100, 100), **how)
        + line_3(2, "1099000000", (0, 0), (0, 100), (100, 100), **how)
        + line_3(3, "1099000000", (40, 40), (60, 40), (60, 60), (40, 60), (40, 40), **how)
        + line_3(21, "2001040000", (200, 0), (300, 0), (300, 100), **how)
    )
    direct = points((200, 0), (300, 0), (300, 100), (200, 100), (200, 0), **how)
    label = points((10, 10), **how)
    areas = (
        f"31\n2001010100\nunknown\n100\n{label}\n21\n4\n1,-2,0,-3\n0\n\n"
        f"32\n2001010100\nunknown\n100\n{label}\n21\n1\n3\n0\n\n"
        f"33\n2001010100\nunknown\n1\n{label}\n1\n11\n5\n{direct}\n0\n\n"
    )
    return (
        HEAD_3.format(**head) + CODES_3 + TABLES
        + f"PointBegin\n11\n1000110000\nunknown\n1\n1\n{points((5, 5), **how)}\n0\n\nPointEnd\n"
        + f"LineBegin\n{lines}LineEnd\nPolygonBegin\n{areas}PolygonEnd\n"
        + f"AnnotationBegin\n41\n2099000000\nunknown\n1\n梁园区\n{points((7, 8), **how)},0\n0\nAnnotationEnd\n"
        + ATTRIBUTES
    )  # fmt: skip


def version_2(topo: int) -> str:
    """The same areas in the form of the second land survey: a table's name in each object, no kinds of parts."""
    codes = CODES_3.replace(",Point,", ",Point,255,0,0,").replace(",Polygon,", ",Polygon,0,255,0,")
    codes = codes.replace(",Line,", ",Line,0,0,255,").replace(",Annotation,", ",Annotation,0,0,0,")
    rings = {
        1: [(0, 0), (100, 0), (100, 100)],
        2: [(0, 0), (0, 100), (100, 100)],
        3: [(40, 40), (60, 40), (60, 60), (40, 60), (40, 40)],
        21: [(200, 0), (300, 0), (300, 100)],
        22: [(300, 100), (200, 100), (200, 0)],
    }
    lines = "".join(
        f"{n}\n2001040000\nDLJX\n1\n{len(corners)}\n{points(*corners)}\n" for n, corners in rings.items()
    )  # fmt: skip
    outer, hole = [*rings[1], *rings[2][::-1][1:]], rings[3]
    square = [*rings[21], *rings[22][1:]]
    if topo:
        areas = [(31, "4\n1,-2,0,3\n0"), (32, "1\n3\n0"), (33, "2\n21,22\n0")]
    else:
        areas = [
            (31, f"{len(outer)}\n{points(*outer)}\n{len(hole)}\n{points(*hole)}\n0"),
            (32, f"{len(hole)}\n{points(*hole)}\n0"),
            (33, f"{len(square)}\n{points(*square)}\n0"),
        ]
    text = "".join(f"{n}\n2001010100\nDLTB\n{points((10, 10))}\n{how}\n" for n, how in areas)
    word = f"41\n2099000000\nZJ\n宋体\n0,0,0\n400,0,F\n3,3\n0\n梁园区\n1\n{points((7, 8))}\n"
    return (
        HEAD_2.format(topo=topo) + codes + TABLES.replace("\n0\n", "\n")
        + f"PointBegin\n11\n1000110000\nCLKZD\n1\n{points((5, 5))}\nPointEnd\nLineBegin\n{lines}LineEnd\n"
        + f"PolygonBegin\n{text}PolygonEnd\nAnnotationBegin\n{word}AnnotationEnd\n{ATTRIBUTES}"
    )  # fmt: skip


def write(path: Path, text: str, encoding: str = "gb18030") -> Path:
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    return path
