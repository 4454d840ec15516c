"""Publishing: rows copied into the new version's table, indexed, generalised, the catalogue switched; one transaction.

Whatever happens before the commit, the layer is as it was: the table, its levels, the catalogue rows and the report
vanish with the transaction. Only files remain, in folders named after the draft's number; ``importers.litter`` removes
those whose number was never published.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from sqlalchemy.orm import Session

from importers.beside import parts_of
from importers.vector.ahead import ahead
from importers.vector.counts import Tally
from importers.vector.dimension import shape_fields
from importers.vector.ewkb import geometry_fields
from importers.vector.rows import copy_order, encode_rows, spatial_order
from importers.vector.unify import UnifiedBatch
from layers.copying import HEADER, TRAILER, Pieces, content, offsets
from layers.crs.mercator import MERCATOR_SRID, to_mercator
from layers.layer import Column, Draft, SourceFile
from layers.level.pieces import is_large
from layers.level.sketch import Sketch
from layers.level.spool import Spool
from layers.occupancy import Ground
from layers.storage import Storage
from layers.tables import copy_into, create_feature_table


def write_table(
    session: Session,
    draft: Draft,
    columns: Sequence[Column],
    batches: Iterable[UnifiedBatch],
    tally: Tally,
    spool: Spool | Sketch,
    srid: int,
    *,
    z: bool | None,
    identity: str | None = None,
) -> tuple[str, Ground]:
    """Make and fill the version's feature table; rows are numbered from 1 in file order.

    ``identity`` is the title of the file's own row numbers. ``spool`` is given the shapes. Returns the table's name and
    the ground its rows touch, large features left out where they are to be cut.
    """
    table = create_feature_table(session, draft.id, columns, srid, z=z)
    fid, ordered, ground = 1, copy_order(columns, identity), Ground()
    with copy_into(session, table, ordered) as copy:

        def write(batch: UnifiedBatch) -> None:
            geom = shape_fields(batch, z, srid, tally.done)
            plane = to_mercator(batch.coordinates)
            mercator = geometry_fields(batch.shapes, plane, MERCATOR_SRID)
            order = spatial_order(batch.boxes)
            blocks, whole, shapes = encode_rows(fid, ordered, batch.columns, geom, mercator, order, identity)
            for block in blocks:
                copy.write(block)
            tally.whole.add(whole)
            tally.shapes.add(shapes[~shapely.is_missing(batch.shapes)])
            del blocks, geom  # a large shape is not held beside what is made of it for the levels
            boxes = _spooled(spool, fid, batch, plane, mercator)
            there = ~np.isnan(boxes[:, 0])
            ground.add(boxes[there if isinstance(spool, Sketch) else there & ~is_large(batch.shapes)])

        copy.write(HEADER)
        for batch in ahead(batches, _weight):
            write(batch)
            fid += len(batch.shapes)
            del batch
        copy.write(TRAILER)
    return table, ground


def _weight(batch: UnifiedBatch) -> int:
    """Bytes of a batch."""
    return int(batch.coordinates.nbytes + sum(column.nbytes for column in batch.columns.values()))


def _spooled(
    spool: Spool | Sketch, first: int, batch: UnifiedBatch, plane: npt.NDArray[np.float64], fields: Pieces
) -> npt.NDArray[np.float64]:
    """Hand a batch to the levels; returns the boxes in EPSG:3857."""
    classes = None
    if spool.class_column is not None:
        classes = batch.columns[spool.class_column.title].cast(pa.large_string()).to_pylist()
    fids, starts, body = np.arange(first, first + len(batch.shapes)), offsets(fields), content(fields)
    after_length = starts + 4
    return spool.add(fids, batch.shapes, plane, lambda row: body[after_length[row] : starts[row + 1]], classes)


def keep_sources(storage: Storage, draft: Draft, paths: Sequence[Path], *, archive: bool) -> tuple[SourceFile, ...]:
    """Checksum the files that came in and, if wanted, keep them as they came under ``sources/<draft>/``."""
    kept = []
    for number, path in enumerate(_files(paths)):
        key = None
        if archive:
            key = storage.keep(path, f"sources/{draft.id}/{number:04d}-{path.name}")
        kept.append(SourceFile(path.name, path.stat().st_size, sha256_of(path), key))
    return tuple(kept)


def _files(paths: Sequence[Path]) -> list[Path]:
    """Return every file behind paths: what is in folders, and the parts of a source of several files."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(child for child in path.rglob("*") if child.is_file()) if path.is_dir() else parts_of(path)
        found |= dict.fromkeys(inside)
    return list(found)


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
