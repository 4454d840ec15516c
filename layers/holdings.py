"""Holdings: which map sheets of a scale are covered by which layer, since when, how finely, and which are missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely

from layers.frame import Bounds
from layers.layer import Layer, RasterFile
from layers.sheets import Sheet

WHOLE = 0.999
"""A sheet counts as wholly covered from this share on: footprints and sheet lines meet only to rounding."""


@dataclass(frozen=True)
class Holding:
    """One layer's part in a sheet. ``share`` of the sheet's box covered, 0 to 1; ``resolution_m`` None for drawings."""

    layer: str
    version: int
    since: date
    share: float
    resolution_m: float | None
    captured: date | None


@dataclass(frozen=True)
class SheetHoldings:
    """A sheet and what is held of it, best covered first."""

    sheet: Sheet
    holdings: tuple[Holding, ...]

    @property
    def state(self) -> str:
        """``covered``, ``partial`` or ``missing``."""
        best = max((holding.share for holding in self.holdings), default=0.0)
        return "covered" if best >= WHOLE else "partial" if best > 0 else "missing"

    def to_feature(self) -> dict[str, Any]:
        """Return a GeoJSON feature, degrees."""
        west, south, east, north = self.sheet.bounds
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        held = [
            {
                "layer": holding.layer,
                "version": holding.version,
                "since": holding.since.isoformat(),
                "share": round(holding.share, 4),
                "resolution_m": holding.resolution_m,
                "captured": holding.captured.isoformat() if holding.captured else None,
            }
            for holding in self.holdings
        ]
        return {
            "type": "Feature",
            "id": self.sheet.code,
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {
                "code": self.sheet.code, "scale": self.sheet.scale, "state": self.state, "holdings": held,
            },
        }  # fmt: skip


def holdings(sheets: Sequence[Sheet], layers: Iterable[Layer]) -> list[SheetHoldings]:
    """Return what the layers hold of each sheet.

    A raster layer holds what its files' footprints cover; a drawing layer holds the box around its features, for want
    of knowing where nothing is and where nothing was surveyed.
    """
    held: list[list[Holding]] = [[] for _ in sheets]
    if not sheets:
        return []
    edges = np.array([sheet.bounds for sheet in sheets])
    boxes = shapely.box(edges[:, 0], edges[:, 1], edges[:, 2], edges[:, 3])
    tree = shapely.STRtree(boxes)
    for layer in layers:
        for index, share, captured in _shares(layer, boxes, tree):
            version = layer.version
            resolution = version.raster.resolution_m if version.raster else None
            held[index].append(
                Holding(layer.name, version.number, version.published.date(), share, resolution, captured)
            )
    ordered = (tuple(sorted(parts, key=lambda part: (-part.share, part.layer))) for parts in held)
    return [SheetHoldings(sheet, parts) for sheet, parts in zip(sheets, ordered, strict=True)]


def _shares(layer: Layer, boxes: Any, tree: shapely.STRtree) -> Iterable[tuple[int, float, date | None]]:
    """Yield the index, covered share and newest capture date of each sheet the layer has a part of."""
    files = layer.version.raster.files if layer.version.raster else ()
    outlines = [_outline(file) for file in files] or _box(layer.version.extent)
    if not outlines:
        return
    parts: dict[int, list[int]] = {}
    for outline, sheet in zip(*tree.query(np.array(outlines), predicate="intersects"), strict=True):
        parts.setdefault(int(sheet), []).append(int(outline))
    for sheet, found in parts.items():
        covered = shapely.union_all([shapely.intersection(outlines[one], boxes[sheet]) for one in found])
        share = float(shapely.area(covered) / shapely.area(boxes[sheet]))
        dates = [files[one].captured for one in found] if files else []
        if share > 0:
            yield sheet, min(share, 1.0), max((day for day in dates if day), default=None)


def _outline(file: RasterFile) -> shapely.Geometry:
    return shapely.from_wkt(file.footprint) if file.footprint else shapely.box(*file.extent)


def _box(extent: Bounds | None) -> list[shapely.Geometry]:
    return [shapely.box(*extent)] if extent else []
