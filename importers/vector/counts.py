"""What became of the features of an import, added up batch by batch."""

from collections import Counter
from dataclasses import dataclass, field

from importers.batch import Refusal
from importers.vector.repeats import Repeats
from layers.frame import Bounds
from layers.sentences import say

MAX_REFUSALS = 100_000
"""Refused features that are kept whole for their owner."""
MAX_REPAIRS = 1_000
"""Repairs that are told one by one."""


@dataclass
class Tally:
    """What became of the features, added up batch by batch."""

    read: int = 0
    kept: int = 0
    repaired: int = 0
    split: int = 0
    parts: int = 0
    merged: int = 0
    refused: int = 0
    without_geometry: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    repairs: list[tuple[str, str, float]] = field(default_factory=list)
    outside: int = 0
    distant: int = 0
    at_zero: int = 0
    has_z: bool = False
    bounds: Bounds | None = None
    old_places: tuple[str, ...] = ()
    """Columns that hold where features lay before the city's own parameters moved them."""
    whole: Repeats = field(default_factory=Repeats)
    shapes: Repeats = field(default_factory=Repeats)

    @property
    def rows(self) -> int:
        """How many rows were written."""
        return self.kept + self.repaired + self.parts

    def adds_up(self) -> bool:
        """Say whether every feature read is accounted for."""
        return self.read == self.kept + self.repaired + self.split - self.merged + self.refused

    def duplicates(self) -> int:
        """Count rows whose geometry and attributes another row has too (by 64-bit hashes); row numbers set aside."""
        return self.whole.count()

    def same_shapes(self) -> int:
        """Count rows whose geometry another row has, whatever their attributes."""
        return self.shapes.count()

    def refuse(self, refusals: tuple[Refusal, ...]) -> None:
        """Count refused features and keep the first ones whole for their owner."""
        self.refused += len(refusals)
        self.reasons.update(refusal.reason for refusal in refusals)
        self.refusals += refusals[: max(0, MAX_REFUSALS - len(self.refusals))]

    def repair(self, source_id: str, what: str, area_change_m2: float) -> None:
        """Count a repair by what was wrong, and keep the first ones for the report."""
        self.done[say("repaired-fault", why=what)] += 1
        if len(self.repairs) < MAX_REPAIRS:
            self.repairs.append((source_id, what, area_change_m2))
