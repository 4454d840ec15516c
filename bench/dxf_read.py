"""A drawing of 60 MB read to features: our reader against GDAL's, in one process and in turn, CPU seconds.

The drawing is of the kind that CASS makes: closed and open polylines with bends and a code in their XDATA, contours
with heights, texts, spot heights and block references. ``python -m bench.dxf_read [rounds [megabytes]]``.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import ezdxf
import numpy as np
import pyogrio.raw
from ezdxf.document import Drawing

from importers.batch import ReadOptions
from importers.drawing.dxf import open_drawing

CODES = ("141101", "211100", "161101", "201101", "164300")
BYTES_A_FEATURE = 590


def drawing(count: int) -> Drawing:
    """Make a drawing of ``count`` entities, the same ones every time."""
    random = np.random.default_rng(20261127)
    document = ezdxf.new("R2010", units=6)
    document.header["$INSUNITS"] = 6
    document.appids.add("SOUTH")
    block = document.blocks.new("gc200")
    block.add_circle((0, 0), 0.3)
    space = document.modelspace()
    places = random.uniform((420_000, 3_800_000), (440_000, 3_820_000), (count, 2))
    for number, place in enumerate(places.tolist()):
        kind, code = number % 10, CODES[number % len(CODES)]
        layer = {"layer": ("JMD", "DLSS", "DGX", "ZJ", "GCD")[number % 5]}
        if kind < 7:
            bends = place + random.normal(0, 3, (8 if kind < 4 else 24, 2)).cumsum(axis=0)
            height = {"elevation": float(number % 90)} if kind >= 4 else {}
            line = space.add_lwpolyline(bends.tolist(), close=kind < 3, dxfattribs=layer | height)
            line.set_xdata("SOUTH", [(1000, code)])
        elif kind == 7:
            space.add_text(f"第{number}号", height=2.0, dxfattribs=layer | {"insert": place})
        elif kind == 8:
            space.add_blockref("gc200", (*place, 40.5), dxfattribs=layer).set_xdata("SOUTH", [(1000, "202101")])
        else:
            space.add_point((*place, 41.2), dxfattribs=layer)
    return document


def ours(path: Path) -> int:
    """Read with the service: geometry, texts, codes, every column."""
    source = open_drawing(path, ReadOptions(crs="EPSG:4549"))
    try:
        return sum(len(batch) for layer in source.layers for batch in layer.batches())
    finally:
        source.close()


def gdal(path: Path) -> int:
    """Read with GDAL: geometry and its seven columns."""
    return len(pyogrio.raw.read(path)[2])


def main() -> None:
    """Print the CPU seconds of every round and the median ratio."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    megabytes = float(sys.argv[2]) if len(sys.argv) > 2 else 60.0
    with tempfile.TemporaryDirectory(prefix="geoservice-bench-") as folder:
        path = Path(folder) / "plan.dxf"
        drawing(int(megabytes * 1e6 / BYTES_A_FEATURE)).saveas(path)
        ratios = []
        for number in range(rounds):
            spent, counts = [], []
            for read in (gdal, ours):
                start = time.process_time()
                counts.append(read(path))
                spent.append(time.process_time() - start)
            ratios.append(spent[1] / spent[0])
            print(
                f"round {number}: {path.stat().st_size / 1e6:.0f} MB, GDAL {spent[0]:.2f} s for {counts[0]} features, "
                f"ours {spent[1]:.2f} s for {counts[1]}: {ratios[-1]:.2f} times"
            )
        print(f"median {statistics.median(ratios):.2f} times GDAL's CPU")


if __name__ == "__main__":
    main()
