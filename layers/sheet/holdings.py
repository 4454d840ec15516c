"""Holdings: which map sheets of a scale are covered by which layer, since when, how finely, and which are missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from layers.frame import Bounds
from layers.layer import Layer
from layers.rasters import outline
from layers.sheet.names import AnySheet, sheet_area

WHOLE = 0.999
"""A sheet counts as wholly covered from this share on: footprints and sheet lines meet only to rounding."""

PIXEL_MM = 0.1
"""The largest ground pixel of a picture, in millimetres on the map (CH/T 9008.3, 9009.3)."""
STATES = ("covered", "partial", "unstated", "missing")
_DOUBT: dict[bool | None, int] = {True: 0, None: 1, False: 2}
CELL_MM = 1.25
"""The largest cell of an elevation model likewise: 12.5 m at 1:10 000, the coarsest that any scale is given."""


@dataclass(frozen=True)
class Holding:
    """One layer's part in a sheet. ``share`` of the sheet's box covered, 0 to 1; ``resolution_m`` None for drawings.

    ``fits`` is false where the layer is not good enough for maps of the sheet's scale, None where nobody has said how
    good it is.
    """

    layer: str
    version: int
    since: date
    share: float
    resolution_m: float | None
    captured: date | None
    fits: bool | None = True


@dataclass(frozen=True)
class SheetHoldings:
    """A sheet and what is held of it: what fits its scale first, then what covers most."""

    sheet: AnySheet
    area: BaseGeometry
    holdings: tuple[Holding, ...]

    @property
    def state(self) -> str:
        """One of `STATES`: ``covered`` and ``partial`` only by what is good enough for maps of the sheet's scale.

        ``unstated`` where there is nothing else than layers that nobody has said the accuracy of: the outline of a
        county would cover every sheet of every scale.
        """
        best = max((holding.share for holding in self.holdings if holding.fits), default=0.0)
        if best > 0:
            return "covered" if best >= WHOLE else "partial"
        return "unstated" if any(holding.fits is None for holding in self.holdings) else "missing"

    def to_feature(self) -> dict[str, Any]:
        """Return a GeoJSON feature, degrees."""
        held = [
            {
                "layer": holding.layer,
                "version": holding.version,
                "since": holding.since.isoformat(),
                "share": round(holding.share, 4),
                "resolution_m": holding.resolution_m,
                "captured": holding.captured.isoformat() if holding.captured else None,
                "fits": holding.fits,
            }
            for holding in self.holdings
        ]
        return {
            "type": "Feature",
            "id": self.sheet.code,
            "geometry": shapely.geometry.mapping(shapely.orient_polygons(self.area)),
            "properties": {
                "code": self.sheet.code, "scale": self.sheet.scale, "state": self.state, "holdings": held,
            },
        }  # fmt: skip


def sheet_rows(found: Iterable[SheetHoldings]) -> list[dict[str, Any]]:
    """Return one GeoJSON feature a sheet with plain columns, as a layer of features has them.

    ``layers`` names all that hold a part; ``layer``, ``since``, ``resolution_m``, ``captured``, ``share`` are those of
    the one that covers most.
    """
    rows = []
    for one in found:
        best = one.holdings[0] if one.holdings else None
        rows.append(
            one.to_feature()
            | {
                "properties": {
                    "code": one.sheet.code, "scale": one.sheet.scale, "state": one.state,
                    "share": round(best.share, 4) if best else 0.0, "layer": best.layer if best else None,
                    "version": best.version if best else None, "since": best.since.isoformat() if best else None,
                    "resolution_m": best.resolution_m if best else None,
                    "captured": best.captured.isoformat() if best and best.captured else None,
                    "layers": ", ".join(part.layer for part in one.holdings) or None,
                }
            }
        )  # fmt: skip
    return rows


THEME = "holdings"
"""Of layers that were made of such an answer: they hold nothing themselves."""


def holdings(sheets: Sequence[AnySheet], layers: Iterable[Layer], storage_srid: int = 4490) -> list[SheetHoldings]:
    """Return what the layers hold of each sheet.

    A raster layer holds what its files' footprints cover; a drawing layer holds the box around its features, for want
    of knowing where nothing is and where nothing was surveyed.
    """
    held: list[list[Holding]] = [[] for _ in sheets]
    if not sheets:
        return []
    boxes = np.array([sheet_area(sheet, storage_srid) for sheet in sheets])
    tree = shapely.STRtree(boxes)
    for layer in layers:
        if layer.theme == THEME:
            continue
        for index, share, captured, resolution in _shares(layer, boxes, tree):
            version = layer.version
            fits = _fits(layer, resolution, sheets[index].scale)
            held[index].append(
                Holding(layer.name, version.number, version.published.date(), share, resolution, captured, fits)
            )
    ordered = (tuple(sorted(parts, key=lambda part: (_DOUBT[part.fits], -part.share, part.layer))) for parts in held)
    return [SheetHoldings(*one) for one in zip(sheets, boxes, ordered, strict=True)]


def _fits(layer: Layer, resolution_m: float | None, scale: int) -> bool | None:
    """Say whether a layer serves maps of 1:``scale``: pictures by their pixel there, the rest by its largest scale.

    Where no scale is good enough for what an accuracy or a height's cell was found to be, none is given: it serves no
    sheet. Of what nothing is known, nothing is said (None).
    """
    if layer.kind == "imagery" and resolution_m is not None:
        return resolution_m <= PIXEL_MM / 1000 * scale * (1 + 1e-6)
    facts = layer.version.facts
    if facts.largest_scale is not None:
        return facts.largest_scale <= scale
    if layer.kind == "elevation" and resolution_m is not None:
        return resolution_m <= CELL_MM / 1000 * scale * (1 + 1e-6)
    return None if facts.accuracy_m is None else False


def _shares(layer: Layer, boxes: Any, tree: shapely.STRtree) -> Iterable[tuple[int, float, date | None, float | None]]:
    """Yield of each sheet the layer has a part of: index, covered share, newest capture date, pixel of most of it."""
    files = layer.version.raster.files if layer.version.raster else ()
    outlines = [outline(file) for file in files] or _box(layer.version.extent)
    if not outlines:
        return
    parts: dict[int, list[int]] = {}
    for part, sheet in zip(*tree.query(np.array(outlines), predicate="intersects"), strict=True):
        parts.setdefault(int(sheet), []).append(int(part))
    for sheet, found in parts.items():
        parts_of_sheet = [shapely.intersection(outlines[one], boxes[sheet]) for one in found]
        covered = shapely.union_all(parts_of_sheet)
        share = float(shapely.area(covered) / shapely.area(boxes[sheet]))
        dates = [files[one].captured for one in found] if files else []
        if share > 0:
            most = found[int(np.argmax(shapely.area(parts_of_sheet)))]
            newest = max((day for day in dates if day), default=None)
            yield sheet, min(share, 1.0), newest, files[most].resolution_m if files else None


def _box(extent: Bounds | None) -> list[shapely.Geometry]:
    return [shapely.box(*extent)] if extent else []
