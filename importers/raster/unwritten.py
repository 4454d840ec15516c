"""Blocks of a TIFF that its directory does not have: a sparse file, or one whose writer was stopped.

GDAL reads such blocks as no data or zeros and says nothing. A file made sparse on purpose holds hardly more bytes than
its directory leads to; where a writer was stopped before the directory was written, its pixels lie in the file and
nothing leads to them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasterio.enums import MaskFlags

from layers.sentences import say

LOOSE_SHARE = 0.05
"""Share of a file's bytes that may belong to no block: tags, and what a rewritten block leaves behind."""
ENTRY_BYTES = 16
"""A block's place and length in the directory."""
TAGS_BYTES = 1 << 16
"""What all other tags may take."""


@dataclass(frozen=True)
class Unwritten:
    """What is missing: ``missing`` of ``count`` blocks, in pixel rows ``first`` to ``last`` from 1.

    ``loose`` bytes of the file belong to no block; ``value`` is what GDAL gives for what is missing.
    """

    missing: int
    count: int
    first: int
    last: int
    loose: int
    value: float

    def told(self, name: str) -> str:
        """Return the sentence."""
        numbers = {
            "missing": self.missing, "count": self.count, "first": self.first, "last": self.last, "value": self.value,
        }  # fmt: skip
        if self.loose:
            return say("blocks-lost", file=name, loose=self.loose, **numbers)
        return say("blocks-unwritten", file=name, **numbers)


def unwritten(path: Path, dataset: Any) -> Unwritten | None:
    """Return what an open TIFF's first picture lacks; None where every block is there, or it is none."""
    if dataset.driver != "GTiff" or not dataset.count:
        return None
    height, width = dataset.block_shapes[0]
    separate = dataset.interleaving is not None and dataset.interleaving.name == "band"
    bands = dataset.indexes if separate else (1,)
    used = missing = 0
    rows: set[int] = set()
    across, down = -(-dataset.width // width), -(-dataset.height // height)
    for row in range(down):
        for column in range(across):
            for band in bands:
                size = dataset.get_tag_item(f"BLOCK_SIZE_{column}_{row}", "TIFF", bidx=band)
                used += int(size or 0)
                if not size:
                    missing += 1
                    rows.add(row)
    if not missing:
        return None
    count = across * down * len(bands)
    loose = path.stat().st_size - used - count * ENTRY_BYTES - TAGS_BYTES
    lost = loose > LOOSE_SHARE * path.stat().st_size and not _more_inside(dataset)
    last = min((max(rows) + 1) * height, dataset.height)
    value = dataset.nodatavals[0] or 0.0
    return Unwritten(missing, count, min(rows) * height + 1, last, loose if lost else 0, value)


def _more_inside(dataset: Any) -> bool:
    """Say whether the file holds overviews, masks or other pictures, whose bytes are not those of its blocks."""
    return bool(dataset.overviews(1) or dataset.subdatasets or MaskFlags.per_dataset in dataset.mask_flag_enums[0])
