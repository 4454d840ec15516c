"""What the steps of a raster import share, and what they learn of its sheets: sums, for ten thousand are not held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from importers.batch import Decision, ImportOptions, Refusal, Spread
from importers.raster.making import Making
from importers.raster.sheet import Keys, Sheet
from importers.raster.value_stats import Sampler
from layers.crs.transform import Transform
from layers.frame import Frame
from layers.layer import Band, Layer, RasterFile
from layers.rasters import Mosaic
from layers.sentences import say
from layers.storage import Storage

RasterKind = Literal["imagery", "elevation"]

TOLD = 100
"""Warnings told one by one; a thousand sheets may share one mistake."""
TOLD_OF_A_CHECK = 5


@dataclass(frozen=True)
class Stored:
    """What one sheet came to."""

    sheet: Sheet
    files: tuple[RasterFile, ...]
    bands: tuple[Band, ...]
    height_system: str | None = None


@dataclass
class Told:
    """What all sheets said together: each thing once, the first of what differs from sheet to sheet, and counts."""

    sheets: int = 0
    ways: dict[tuple[str, ...], Transform] = field(default_factory=dict)
    drivers: dict[str, None] = field(default_factory=dict)
    finest_m: float = 0.0
    """The finest pixel in metres of EPSG:3857; 0 where none is known."""
    _decisions: dict[tuple[str, str, str], tuple[Decision, int]] = field(default_factory=dict)
    _warnings: dict[str, None] = field(default_factory=dict)
    _further: set[int] = field(default_factory=set)
    _doubts: dict[str, tuple[list[str], int]] = field(default_factory=dict)

    def add(self, sheet: Sheet) -> None:
        """Take what is known of one more sheet."""
        self.sheets += 1
        self.ways.setdefault(sheet.place.to_frame.steps, sheet.place.to_frame)
        self.drivers.setdefault(sheet.source.driver)
        if sheet.place.mercator_m > 0:
            self.finest_m = min(self.finest_m or sheet.place.mercator_m, sheet.place.mercator_m)
        for decision in sheet.decisions:
            what = (decision.what, decision.value, decision.by)
            first, count = self._decisions.get(what, (decision, 0))
            self._decisions[what] = (first, count + 1)
        for warning in sheet.warnings:
            if warning not in self._warnings:
                if len(self._warnings) < TOLD:
                    self._warnings[warning] = None
                else:
                    self._further.add(hash(warning))
        for check, detail in sheet.doubts:
            details, count = self._doubts.get(check, ([], 0))
            self._doubts[check] = ([*details, detail][:TOLD_OF_A_CHECK], count + 1)

    def decided(self) -> tuple[Decision, ...]:
        """Return each decision once, with the number of sheets it was taken for."""
        if self.sheets < 2:
            return tuple(decision for decision, _ in self._decisions.values())
        return tuple(
            replace(one, evidence=(*one.evidence, say("of-sheets", count=count, count2=self.sheets)))
            for one, count in self._decisions.values()
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """The first different warnings, and how many more there are."""
        return _shortened(tuple(self._warnings), len(self._further))

    @property
    def doubts(self) -> Mapping[str, tuple[str, ...]]:
        """The first details of each check that is conditional, by its name, and how many more there are."""
        return {check: _shortened(tuple(some), count - len(some)) for check, (some, count) in self._doubts.items()}


def _shortened(first: tuple[str, ...], more: int) -> tuple[str, ...]:
    return (*first, say("and-more", count=more)) if more else first


@dataclass
class Work:
    """What the steps of one import share; ``current`` is the layer that sheets join, ``mosaic`` its files."""

    frame: Frame
    options: ImportOptions
    storage: Storage
    keys: Keys
    kind: RasterKind
    current: Layer | None
    mosaic: Mosaic | None = None
    spread: Spread | None = None
    told: Told = field(default_factory=Told)
    files: list[RasterFile] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    seen: Sampler | None = None
    elsewhere: int = 0
    _first: Stored | None = None

    @property
    def first(self) -> Stored:
        """The first sheet that was stored; there must be one."""
        assert self._first is not None, "nothing was stored"
        return self._first

    def keep(self, stored: Stored, samplers: Sequence[Sampler] = ()) -> None:
        """Keep what a sheet came to; of its values, a sample of all sheets together."""
        self._first = self._first or stored
        self.told.add(stored.sheet)
        self.files += stored.files
        for sampler in samplers:
            if self.seen is None:
                self.seen = Sampler(len(stored.bands))
            self.seen.take(sampler)

    def making(self, *, in_colour: bool = False) -> Making:
        """Return what all sheets are made with."""
        return Making(
            self.frame, self.options, self.storage.address, self.keys.draft, self.kind == "elevation", in_colour
        )
