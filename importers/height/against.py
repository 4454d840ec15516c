"""New heights held against those that are published on the same ground: another unit or another system shows there.

A grid in feet that says nothing of it lies within the heights of the frame as well: 60 m read as 197. Nothing is
converted for such a finding; the report tells what it looks like and which option would say so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from importers.height.blunders import UNITS
from importers.raster.handles import Handles
from importers.raster.published import plane_of
from importers.raster.sheet_index import index_sheets
from importers.report import Check
from layers.frame import Bounds, Frame, Text
from layers.layer import Layer, RasterFile
from layers.rasters import Mosaic
from layers.sentences import listed, say
from layers.storage import Storage

MOST_FILES = 9
MOST_LAYERS = 3
SIDE = 48
"""Cells along the side of the sample that is drawn of a file."""
FEWEST_CELLS = 50
LIKE_M = 5.0
"""What lies no farther apart is not in another unit."""
CLOSER = 5.0
"""A unit is named when heights lie that many times closer with it than without."""
STEADY_M = 1.0
STEADY = 4.0
"""An offset is steady from that many times what the heights scatter around it: a wood or a town is not."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Against:
    """How new heights lie to those of a layer: new minus published, metres, median and scatter (1.48 x MAD).

    ``unit`` is what the new heights seem to be in, ``theirs`` what the published ones do; ``times`` as high they are.
    """

    cells: int
    offset_m: float
    scatter_m: float
    times: float
    unit: str = ""
    theirs: str = ""

    @property
    def is_steady(self) -> bool:
        """Whether one number would bring the new heights to the others, as between two systems of heights."""
        return abs(self.offset_m) >= max(STEADY_M, STEADY * self.scatter_m) and not (self.unit or self.theirs)


def check_heights(
    session: Session, storage: Storage, frame: Frame, files: Sequence[RasterFile], system: str | None,
    others: Iterable[Layer],
) -> Check | None:  # fmt: skip
    """Compare new files of heights, whose system is ``system``, with published layers; None where none overlaps."""
    chosen = files[:: -(-len(files) // MOST_FILES) or 1]
    told, doubtful = [], False
    opened = Handles()
    try:
        for layer in others:
            found = compared(*_pairs(session, storage, frame, chosen, layer, opened))
            if found is None:
                continue
            raster = layer.version.raster
            theirs = raster.height_system if raster is not None else None
            explained = found.is_steady and None not in (system, theirs) and system != theirs
            doubtful |= bool(found.unit or found.theirs or (found.is_steady and not explained))
            told.append(_told(found, layer, system, theirs))
            if len(told) == MOST_LAYERS:
                break
    finally:
        opened.close()
    if not told:
        return None
    return Check(say("heights-against"), "conditional" if doubtful else "pass", listed(told))


def compared(new: Floats, published: Floats) -> Against | None:
    """Compare heights of the same places, metres; None where they are too few."""
    if len(new) < FEWEST_CELLS:
        return None
    offset = float(np.median(new - published))
    scatter = 1.4826 * float(np.median(np.abs(new - published - offset)))
    middle = float(np.median(published))
    times = float(np.median(new)) / middle if middle else np.inf
    apart = float(np.median(np.abs(new - published)))
    ours = {unit: float(np.median(np.abs(new * metres - published))) for unit, metres in UNITS.items()}
    theirs = {unit: float(np.median(np.abs(new - published * metres))) for unit, metres in UNITS.items()}
    near, far = (min(units, key=units.__getitem__) for units in (ours, theirs))
    is_ours = apart > LIKE_M and ours[near] * CLOSER < apart
    is_theirs = apart > LIKE_M and theirs[far] * CLOSER < apart and not is_ours
    return Against(len(new), offset, scatter, times, near if is_ours else "", far if is_theirs else "")


def _pairs(
    session: Session, storage: Storage, frame: Frame, files: Sequence[RasterFile], layer: Layer, opened: Handles
) -> tuple[Floats, Floats]:
    """Return the heights of places that both have: of the files, and of the layer as it is served."""
    ours, theirs = [np.empty(0)], [np.empty(0)]
    extent = layer.version.extent
    there = [file for file in files if extent is not None and extent.intersects(file.extent)]
    for file, box in zip(there, index_sheets(there, frame).boxes if there else (), strict=True):
        new = plane_of(file, storage, opened, box, (SIDE, SIDE))
        published = _served(Mosaic(session, layer.version.id).near(file.extent), storage, opened, box)
        if new is None:
            continue
        both = np.isfinite(new) & np.isfinite(published)
        ours.append(new[both].astype(np.float64))
        theirs.append(published[both].astype(np.float64))
    return np.concatenate(ours), np.concatenate(theirs)


def _served(files: Sequence[RasterFile], storage: Storage, opened: Handles, box: Bounds) -> Floats:
    """Draw files over each other, the last on top; NaN where none has data."""
    drawn = np.full((SIDE, SIDE), np.nan)
    for file in files[-MOST_FILES:]:
        plane = plane_of(file, storage, opened, box, (SIDE, SIDE))
        if plane is not None:
            drawn = np.where(np.isfinite(plane), plane, drawn)
    return drawn


def _told(found: Against, layer: Layer, system: str | None, theirs: str | None) -> str:
    called: Text | str = layer.title if any(layer.title.values()) else layer.name
    text = say(
        "heights-against-layer", layer=called, cells=found.cells, offset_m=f"{found.offset_m:+.2f}",
        scatter_m=found.scatter_m,
    )  # fmt: skip
    if found.unit:
        return text + say("heights-look-like", times=found.times, unit=found.unit)
    if found.theirs:
        return text + say("published-look-like", times=found.times, unit=found.theirs)
    if not found.is_steady:
        return text
    unknown = say("unknown")
    return text + say("heights-steady", ours=system or unknown, theirs=theirs or unknown)
