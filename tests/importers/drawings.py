"""Small drawings for the tests, and reading them in one go."""

import io
from collections import Counter
from pathlib import Path
from typing import Any

import ezdxf
import numpy as np
from ezdxf.document import Drawing

from importers.batch import FeatureBatch, ReadOptions, Source
from importers.drawing.dxf import open_drawing

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

GK = 375_000.0, 3_813_000.0
"""A place in Shangqiu in EPSG:4509."""


def write(path: Path, document: Drawing, *, binary: bool = False) -> Path:
    if binary:
        document.saveas(path, fmt="bin")
    else:
        document.saveas(path)
    return path


def write_gbk(path: Path, document: Drawing, header: str = "ANSI_936") -> Path:
    """Write R2000 in GBK, with the code page the header is to claim."""
    stream = io.StringIO()
    document.write(stream)
    text = stream.getvalue().replace("ANSI_1252", header).replace("ANSI_936", header)
    path.write_bytes(text.encode("gb18030"))
    return path


def survey(version: str = "R2000") -> Drawing:
    """A drawing as CASS makes them: coded entities on coded layers, in metres, at Shangqiu."""
    document = ezdxf.new(version, units=6)
    for name, colour in (("JMD", 6), ("DGX", 2), ("GCD", 1), ("DLSS", 4), ("ZJ", 3), ("YZH", 2), ("杂项", 5)):
        document.layers.add(name, color=colour)
    for app in ("SOUTH", "EPSW"):
        document.appids.add(app)
    symbol = document.blocks.new("GC200")
    symbol.add_circle((0, 0), 0.25)
    space = document.modelspace()
    x, y = GK
    house = space.add_lwpolyline(
        [(x, y), (x + 12, y), (x + 12, y + 8), (x, y + 8)], close=True, dxfattribs={"layer": "JMD"}
    )
    house.set_xdata("SOUTH", [(1000, "141101"), (1070, 3)])
    contour = space.add_lwpolyline(
        [(x, y), (x + 50, y), (x + 50, y + 50)], close=True, dxfattribs={"layer": "DGX", "elevation": 52.5}
    )
    contour.set_xdata("SOUTH", [(1000, "201102")])
    spot = space.add_blockref("GC200", (x + 5, y + 5, 51.37), dxfattribs={"layer": "GCD"})
    spot.set_xdata("SOUTH", [(1000, "202101")])
    road = space.add_line((x, y - 5, 0), (x + 100, y - 5, 0), dxfattribs={"layer": "DLSS"})
    road.set_xdata("EPSW", [(1000, "164300")])
    space.add_text("商丘市梁园区", height=2.5, rotation=30, dxfattribs={"layer": "ZJ"}).set_placement((x + 1, y + 1))
    space.add_point((x + 7, y + 7), dxfattribs={"layer": "杂项"})
    return document


def everything(document: Drawing | None = None) -> Drawing:
    """A drawing with all entity types we draw."""
    document = document or ezdxf.new("R2000", units=6)
    document.layers.add("OTHER", color=3)
    document.appids.add("SOUTH")
    flag = document.blocks.new("FLAG")
    flag.add_lwpolyline([(0, 0), (0, 5), (4, 3), (0, 3)], dxfattribs={"layer": "0"})
    flag.add_circle((0, 0), 0.4, dxfattribs={"color": 0})
    flag.add_attdef("NAME", (0.5, -0.5), dxfattribs={"height": 0.5})
    space = document.modelspace()
    x, y = GK
    space.add_point((x, y, 3))
    space.add_line((x, y, 1), (x + 10, y + 5, 2), dxfattribs={"layer": "OTHER", "color": 1})
    space.add_lwpolyline([(x, y, 0, 0, 0.5), (x + 10, y, 0, 0, 0), (x + 10, y + 10, 0, 0, -1)], close=True)
    space.add_lwpolyline([(x, y, 0, 0, 1.0), (x + 4, y, 0, 0, 1.0)], close=True)
    space.add_lwpolyline([(x, y), (x + 10, y), (x + 10, y + 10)], dxfattribs={"elevation": 7})
    space.add_polyline2d([(x, y), (x + 10, y), (x + 10, y + 10)], close=True)
    space.add_polyline3d([(x, y, 1), (x + 10, y, 2), (x + 10, y + 10, 3)])
    space.add_circle((x, y, 4), 25)
    space.add_arc((x, y), 25, 30, 200)
    space.add_ellipse((x, y), (30, 10), 0.4)
    space.add_ellipse((x, y), (30, 10), 0.4, 0, 2)
    space.add_spline([(x, y), (x + 10, y + 7), (x + 20, y - 3), (x + 30, y)])
    space.add_text("井盖 %%d", height=2).set_placement((x, y))
    space.add_text("right", height=2, rotation=45).set_placement((x, y), align=ezdxf.enums.TextEntityAlignment.RIGHT)
    space.add_mtext("多行\\P{\\H2x;文字}", dxfattribs={"insert": (x + 3, y + 3), "char_height": 1.5, "rotation": 15})
    space.add_3dface([(x, y, 0), (x + 5, y, 1), (x + 5, y + 5, 2), (x, y + 5, 1)])
    space.add_solid([(x, y), (x + 5, y), (x, y + 5), (x + 5, y + 5)])
    hatch = space.add_hatch(color=2)
    hatch.paths.add_polyline_path([(x, y), (x + 20, y), (x + 20, y + 20), (x, y + 20)], is_closed=True)
    hatch.paths.add_polyline_path([(x + 5, y + 5), (x + 15, y + 5), (x + 15, y + 15), (x + 5, y + 15)], is_closed=True)
    reference = space.add_blockref(
        "FLAG", (x + 40, y), dxfattribs={"rotation": 30, "xscale": 2, "layer": "OTHER", "color": 5}
    )
    reference.add_auto_attribs({"NAME": "旗"})
    space.add_linear_dim(base=(x, y + 30), p1=(x, y), p2=(x + 10, y)).render()
    return document


def read(path: Path, options: ReadOptions | None = None) -> list[dict[str, Any]]:
    """Return all features of a drawing's layers as dictionaries, in order."""
    source = open_drawing(path, options or ReadOptions())
    try:
        return [row for layer in source.layers for batch in layer.batches() for row in rows(batch)]
    finally:
        source.close()


def rows(batch: FeatureBatch) -> list[dict[str, Any]]:
    columns = {name: values.to_pylist() for name, values in batch.columns.items()}
    return [
        {name: values[i] for name, values in columns.items()} | {"geometry": batch.geometries[i]}
        for i in range(len(batch))
    ]


def done(source: Source) -> tuple[Counter[str], list[str]]:
    """Return what was done and the reasons of what was refused, over all layers."""
    counted: Counter[str] = Counter()
    refused: list[str] = []
    for layer in source.layers:
        for batch in layer.batches():
            counted.update(batch.done)
            refused += [one.reason for one in batch.refused]
    return counted, refused


def only(features: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    """Return the one feature with these values."""
    found = [f for f in features if all(f[name] == value for name, value in wanted.items())]
    assert len(found) == 1, (wanted, len(found))
    return found[0]


def points_of(geometry: Any) -> np.ndarray[Any, Any]:
    import shapely

    return shapely.get_coordinates(geometry, include_z=True)


def forest(count: int) -> Drawing:
    """A drawing with copies of a block, turned, scaled, mirrored and squeezed, in several layers and colours."""
    rng = np.random.default_rng(count)
    document = ezdxf.new("R2010", units=6)
    document.layers.add("林", color=3)
    inner = document.blocks.new("LEAF")
    inner.add_circle((1, 0), 0.5, dxfattribs={"color": 0})
    tree = document.blocks.new("TREE", base_point=(1, 2))
    tree.add_lwpolyline([(0, 0), (2, 0), (1, 5)], close=True)  # (bulges squeezed fall apart in ezdxf's own way)
    tree.add_blockref("LEAF", (1, 4), dxfattribs={"rotation": 45, "layer": "林"})
    tree.add_line((0, 0, 1), (0, 3, 2), dxfattribs={"color": 1})
    sign = document.blocks.new("SIGN")
    sign.add_lwpolyline([(0, 0, 0, 0, 0.3), (2, 0, 0, 0, 0), (1, 5, 0, 0, 0)], close=True)
    sign.add_text("牌", height=0.5, rotation=10).set_placement((0.2, 0.3))
    for i in range(count):
        scale = rng.uniform(0.3, 4) * rng.choice([1, 1, -1])
        shape = {"xscale": scale, "yscale": scale * (1 if i % 3 else 1.5), "zscale": 1, "rotation": rng.uniform(0, 360)}
        where = (GK[0] + rng.uniform(0, 500), GK[1] + rng.uniform(0, 500), i % 4)
        facts = {"layer": "林" if i % 2 else "0", "color": int(rng.choice([256, 5]))}
        document.modelspace().add_blockref("SIGN" if i % 5 == 0 else "TREE", where, dxfattribs=shape | facts)
    return document


def fresh(version: str = "R2000") -> Drawing:
    """An empty drawing in metres with the block of a flag."""
    document = ezdxf.new(version, units=6)
    document.blocks.new("FLAG").add_line((0, 0), (1, 1))
    return document
