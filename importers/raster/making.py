"""The files of sheets, made one after the other here, or by other processes when an executor of theirs is lent.

Another process opens the sheet anew from its path, writes into the storage under the draft's number and sends back what
the catalogue and the report need. What it cannot do is made here: a file it does not see, or a sheet that needs the
city's own datum parameters, which leave this process for nobody.
"""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path

from importers.batch import Decision, ImportOptions, Progress, Spread, silent
from importers.errors import Cancelled
from importers.height.elevation import publish_heights
from importers.raster.content import Reading, read_as
from importers.raster.imagery import publish_photo, publish_values
from importers.raster.sheet import Keys, Sheet, open_sheet
from importers.raster.value_stats import Sampler
from layers.errors import GeoError, NoDatumOperation
from layers.frame import Frame
from layers.layer import RasterFile
from layers.sentences import say
from layers.storage import Storage
from layers.storage.bucket import open_storage
from layers.workplace import workplace

TELL_S = 0.5
"""Seconds between two words on the progress while others work: as long as a cancelled import may go on."""


@dataclass(frozen=True)
class Made:
    """What came of one sheet: its files, samples of its values, what is to be added to what was said of it."""

    files: tuple[RasterFile, ...]
    samplers: tuple[Sampler, ...] = ()
    height_system: str | None = None
    decisions: tuple[Decision, ...] = ()
    warnings: tuple[str, ...] = ()
    doubts: tuple[tuple[str, str], ...] = ()
    elsewhere: bool = False

    def told_of(self, sheet: Sheet) -> Sheet:
        """Return the sheet with what was found out in making its files."""
        return replace(
            sheet, decisions=sheet.decisions + self.decisions, warnings=sheet.warnings + self.warnings,
            doubts=sheet.doubts + self.doubts,
        )  # fmt: skip


Outcome = Made | GeoError


@dataclass(frozen=True)
class Making:
    """What all sheets of an import are made with; picklable once it names no transforms of the city."""

    frame: Frame
    options: ImportOptions
    storage: str
    draft: int
    heights: bool
    in_colour: bool = False

    def here(
        self, sheet: Sheet, reading: Reading | None, storage: Storage, keys: Keys, progress: Progress
    ) -> Outcome:  # fmt: skip
        """Make a sheet's files; what is refused is returned, but for a cancelled import."""
        bare = replace(sheet, decisions=(), warnings=(), doubts=())
        try:
            return self._made(bare, reading, storage, keys, progress)
        except Cancelled:
            raise
        except GeoError as error:
            return error

    def _made(self, bare: Sheet, reading: Reading | None, storage: Storage, keys: Keys, progress: Progress) -> Made:
        system, samplers = None, list[Sampler]()
        if reading is None:
            done, heights, files, samplers = publish_heights(bare, self.frame, self.options, storage, keys, progress)
            system = heights.system
        elif reading.content == "photo":
            done, files = publish_photo(
                bare, reading, self.frame, self.options, storage, keys, progress, self.in_colour
            )  # fmt: skip
        else:
            done, files, samplers = publish_values(bare, reading, self.frame, self.options, storage, keys, progress)
        return Made(files, tuple(samplers), system, done.decisions, done.warnings, done.doubts)


def make_elsewhere(making: Making, path: Path, place: int, steps: tuple[str, ...]) -> Outcome | None:
    """Make a sheet in a process of the executor; None when it must be made where the import runs.

    ``steps`` are the operations by which the import found its place: other ones mean that the city's own are needed.
    """
    if not path.is_file():
        return None
    with workplace("points") as folder:
        storage = open_storage(making.storage, folder)
        try:
            sheet = open_sheet(path, making.frame, making.options)
        except NoDatumOperation:  # without the city's own
            return None
        except GeoError as error:
            return error
        if sheet.place.to_frame.steps != steps:
            return None
        reading = None if making.heights else read_as(sheet, making.options)
        made = making.here(sheet, reading, storage, Keys(storage, making.draft, f"{place:05d}-"), silent)
        return replace(made, elsewhere=True) if isinstance(made, Made) else made


def make_sheets(
    making: Making, sheets: Sequence[tuple[Sheet, Reading | None]], storage: Storage, keys: Keys, progress: Progress,
    spread: Spread | None,
) -> Generator[Outcome]:  # fmt: skip
    """Give what came of each sheet, read so (heights: None), in their order.

    Raises what ``progress`` raises; nobody writes any more then.
    """
    if spread is None or len(sheets) < 2:
        for place, (sheet, reading) in enumerate(sheets):
            yield making.here(sheet, reading, storage, keys, _part(progress, place, len(sheets), sheet.name))
        return
    with spread() as (executor, at_once):
        yield from _spread(making, sheets, storage, keys, progress, executor, at_once)


def _spread(
    making: Making, sheets: Sequence[tuple[Sheet, Reading | None]], storage: Storage, keys: Keys, progress: Progress,
    executor: Executor, at_once: int,
) -> Iterator[Outcome]:  # fmt: skip
    plain = replace(making, options=replace(making.options, city=()))
    under_way: deque[Future[Outcome | None]] = deque()
    todo = iter(enumerate(sheets))
    try:
        for place, (sheet, reading) in enumerate(sheets):
            tell = _part(progress, place, len(sheets), sheet.name)
            for number, (other, _) in todo:
                steps = other.place.to_frame.steps
                under_way.append(executor.submit(make_elsewhere, plain, other.source.path, number, steps))
                if len(under_way) >= at_once:
                    break
            while not wait([under_way[0]], TELL_S).done:
                tell(0, 1, "")
            tell(0, 1, "")
            future = under_way.popleft()
            lost = future.cancelled() or future.exception()  # with its worker; a fault of ours comes again here
            made = None if lost else future.result()
            yield making.here(sheet, reading, storage, keys, tell) if made is None else made
    finally:
        wait(under_way)  # the draft's files are removed when this ends, so nobody may write one later


def _part(progress: Progress, place: int, count: int, name: str) -> Progress:
    """Return a progress that tells of one sheet among several."""

    def told(done: float, total: float | None, message: str) -> None:
        progress(
            place + done / (total or 1),
            count,
            message if count == 1 else say("sheet-of", place=place + 1, count=count, name=name),
        )

    return told
