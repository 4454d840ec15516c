"""The classes of a layer, counted as they are met and numbered as they are written."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]

MANY_CLASSES = 5_000
"""More classes than this are no classes: everything is dissolved into one."""


class ClassTally:
    """Classes by their text."""

    def __init__(self) -> None:
        self._classes: Counter[str] = Counter()

    def add(self, classes: Sequence[str | None]) -> Integers:
        """Count classes; returns their numbers as they were first met, from 1; 0 stands for none."""
        if len(self._classes) > MANY_CLASSES:
            return np.zeros(len(classes), np.int64)
        self._classes.update(name for name in classes if name is not None)
        place = {name: number for number, name in enumerate(self._classes, 1)}
        return np.array([0 if name is None else place[name] for name in classes], np.int64)

    def numbers(self) -> dict[str, int]:
        """Number every class, from 1, the commonest first; none where there are too many."""
        if len(self._classes) > MANY_CLASSES:
            return {}
        ordered = sorted(self._classes.items(), key=lambda item: (-item[1], item[0]))
        return {name: number for number, (name, _) in enumerate(ordered, 1)}

    def renumbering(self) -> Integers:
        """The number of each class as it was first met."""
        numbers = self.numbers()
        return np.array([0, *(numbers.get(name, 0) for name in self._classes)], np.int64)
