"""A file named after a map sheet is held against the sheet's own edges: what lies elsewhere has a wrong name or CRS."""

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from importers.report import Check
from layers.sentences import say
from layers.sheet.names import sheet_in_name
from layers.sheet.national import Sheet

FILLED = 0.98
"""Share of its sheet that a raster fills; less is told."""
WITHIN = 0.9
"""Share of a drawing's extent that lies in its sheet; features may cross the edge a little."""


@dataclass(frozen=True)
class NamedSheet:
    """The sheet in a file's name, and the shares: how much of it the file covers, how much of the file lies in it."""

    sheet: Sheet
    covered: float
    within: float

    def check(self, name: str, *, fills: bool) -> Check:
        """Judge the file; ``fills`` when it should cover the whole sheet, as rasters do."""
        told = say("covers-sheet", name=name, covered=self.covered, code=self.sheet.code, within=self.within)
        if fills:
            good = self.covered >= FILLED
        else:
            good = self.within >= WITHIN
        elsewhere = max(self.covered, self.within) == 0
        return Check(
            say("sheet"), "pass" if good else "conditional", told + (say("name-or-crs-wrong") if elsewhere else "")
        )


def named_sheet(stem: str, area: BaseGeometry) -> NamedSheet | None:
    """Compare an outline (degrees of the storage CRS) with the sheet whose code stands in the file's name."""
    sheet = sheet_in_name(stem)
    if sheet is None:
        return None
    box = shapely.box(*sheet.bounds)
    common = shapely.intersection(box, area).area
    return NamedSheet(sheet, common / box.area, common / area.area if area.area else float(box.intersects(area)))
