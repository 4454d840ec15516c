"""The drawing formats, as rows of the table of formats; what reads them is loaded when the first is opened."""

from pathlib import Path

from importers.batch import ReadOptions, Source, SourceFormat
from importers.drawing import cass_points
from importers.drawing.signature import probe_dwg, probe_dxf


def _open_dxf(path: Path, options: ReadOptions) -> Source:
    from importers.drawing.dxf import open_drawing

    return open_drawing(path, options)


def _open_dwg(path: Path, options: ReadOptions) -> Source:
    from importers.drawing.dwg import open_dwg

    return open_dwg(path, options)


DXF = SourceFormat("DXF", "drawing", (".dxf",), probe_dxf, _open_dxf)
DWG = SourceFormat("DWG", "drawing", (".dwg",), probe_dwg, _open_dwg)
DRAWING_FORMATS = (DXF, DWG, cass_points.FORMAT)
