"""The drawing formats, as rows of the table of formats."""

from importers.drawing import cass_points, dwg, dxf

DRAWING_FORMATS = (dxf.FORMAT, dwg.FORMAT, cass_points.FORMAT)
