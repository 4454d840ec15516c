"""From which zoom on each feature is shown, at scales so large that all would be, where a tile would hold too many."""

import numpy as np
import numpy.typing as npt

from layers.copying import RowFile
from layers.level.density import FINEST
from layers.level.pieces import MOST_DETAILED
from layers.level.thinning import FID

CROWDED = range(FINEST + 1, 23)
"""Zooms at which features are still thinned where too many lie in a tile: at the last a cell is some 12 cm wide."""

Zooms = npt.NDArray[np.int64]


class Crowds:
    """Numbers of features, the zoom from which each is shown and that from which it has all columns.

    Those that are never shown are left out; to the zoom ``last`` some are not, or not with all columns.
    """

    def __init__(self) -> None:
        self.ranks, self._latest = RowFile(), CROWDED.start

    def add(self, features: npt.NDArray[np.float64], shown: Zooms, whole: Zooms) -> None:
        """Add rows of ``layers.level.thinning`` with their zooms, the end of ``CROWDED`` for never."""
        there = shown < CROWDED.stop
        numbers = features[there, FID].astype(np.int64)
        self.ranks.add([(">i8", numbers), (">i2", shown[there]), (">i2", whole[there])])
        self._latest = max(self._latest, int(whole.max(initial=0)))

    @property
    def last(self) -> int:
        """The last zoom that does not show all; that of the largest scale where some are shown at none."""
        return MOST_DETAILED if self._latest == CROWDED.stop else self._latest - 1

    @property
    def zooms(self) -> range:
        """The zooms at which some of the rows are shown first."""
        return range(CROWDED.start, min(self._latest, CROWDED.stop - 1) + 1)
