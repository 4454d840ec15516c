"""When a raster was taken: the user's word, its metadata, or a date in its name."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from importers.batch import Decision, ImportOptions
from layers.sentences import say

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.:/年]?(0[1-9]|1[0-2])[-_.:/月]?(0[1-9]|[12]\d|3[01])(?!\d)")


# What satellites and cameras call the time a picture was taken, in GDAL's metadata.
_TAKEN = (
    "ACQUISITIONDATETIME", "ACQUISITION_DATETIME", "ACQUISITION_DATE", "DATE_ACQUIRED", "SENSING_TIME",
    "PRODUCT_START_TIME", "EXIF_DateTimeOriginal", "CAPTURE_DATE",
)  # fmt: skip


def capture_date(
    path: Path, options: ImportOptions, tags: Mapping[str, str] = MappingProxyType({})
) -> tuple[date | None, tuple[Decision, ...]]:
    """Return when the raster was taken: the user's word, else its metadata, else a date in the file's name.

    A TIFF's own date and time tell when the file was written, not when the picture was taken; they do not count.
    """
    if options.captured is not None:
        return options.captured, (Decision(say("capture-date"), options.captured.isoformat(), "user"),)
    stated = next(((name, tags[name]) for name in _TAKEN if _date_in(tags.get(name, ""))), None)
    if stated is not None:
        when = _date_in(stated[1])
        return when, (
            Decision(
                say("capture-date"), f"{when}", "file", (say("metadata-say", stated=stated[0], stated2=stated[1]),)
            ),
        )
    when = _date_in(path.stem)
    if when is None:
        return None, ()
    return when, (Decision(say("capture-date"), when.isoformat(), "rule", (say("file-is-named", file=path.name),)),)


def _date_in(text: str) -> date | None:
    found = _DATE.search(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
