"""The ENTITIES section as columns of tags: what makes reading a large drawing quick.

A DXF file alternates lines: a group code, a value. So the codes are every second line and the values the others, and an
entity begins wherever a code is 0. A piece of the file becomes two Arrow columns, and an attribute of all entities at
once is found by comparing the column of codes; no Python loop runs over tags and most values never become Python
objects.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from importers.drawing.dxf_file import as_ascii

Objects = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

_PARTS = (b"VERTEX", b"ATTRIB", b"SEQEND")
_ENTITY = re.compile(rb"\n[ \t]*0[ \t]*\n[ \t]*([A-Z][A-Z0-9_]*)[ \t]*\n")


class BrokenTags(Exception):
    """The lines do not alternate between codes and values; ``rest`` is what was not used yet, in UTF-8."""

    def __init__(self, rest: bytes) -> None:
        super().__init__("group code expected")
        self.rest = rest


@dataclass(frozen=True)
class TagBlock:
    """Whole entities of one piece of the file.

    ``starts`` are the tags at which the entities begin, their vertices and attributes counted to them
    (``part_starts``); ``types`` their names.
    """

    codes: npt.NDArray[np.int32] = field(repr=False)
    values: pa.Array = field(repr=False)
    starts: Indices = field(repr=False)
    types: Objects = field(repr=False)
    part_starts: Indices = field(repr=False)

    def __len__(self) -> int:
        """Return how many entities there are."""
        return len(self.starts)

    @cached_property
    def owner(self) -> Indices:
        """For each tag, the entity it belongs to."""
        steps = np.zeros(len(self.codes), dtype=np.intp)
        steps[self.starts] = 1
        return np.cumsum(steps) - 1

    @cached_property
    def own(self) -> Mask:
        """For each tag, whether it is the entity's own, not one of its vertices' or attributes'."""
        steps = np.zeros(len(self.codes), dtype=np.intp)
        steps[self.part_starts] = 1
        parts_so_far = np.cumsum(steps)
        mask: Mask = parts_so_far == parts_so_far[self.starts][self.owner]
        return mask

    def first(self, code: int) -> Indices:
        """Return the tags that are the first with a code in their entity."""
        at = np.flatnonzero((self.codes == code) & self.own)
        owner = self.owner[at]
        return at[np.concatenate([[True], owner[1:] != owner[:-1]])] if len(at) else at

    def text(self, code: int, default: str | None = None) -> Objects:
        """Return the first value with a code of each entity, as text without surrounding space."""
        found: Objects = np.full(len(self), default, dtype=object)
        at = self.first(code)
        found[self.owner[at]] = self.texts(at)
        return found

    def number(self, code: int, default: float = 0.0) -> Floats:
        """Return the first value with a code of each entity, as a number."""
        found = np.full(len(self), default, dtype=np.float64)
        at = self.first(code)
        found[self.owner[at]] = self.floats(at)
        return found

    def flags(self, code: int) -> Indices:
        """Return the first value with a code of each entity as bits; none for what is no number."""
        return np.nan_to_num(self.number(code), nan=0.0, posinf=0.0, neginf=0.0).astype(np.int64)

    @cached_property
    def first_point(self) -> Floats:
        """For each entity, x, y, z of its first point (codes 10, 20, 30)."""
        return np.column_stack([self.number(10), self.number(20), self.number(30)])

    @cached_property
    def second_point(self) -> Floats:
        """For each entity, x, y, z of its second point (codes 11, 21, 31)."""
        return np.column_stack([self.number(11), self.number(21), self.number(31)])

    def texts(self, at: Indices) -> Objects:
        """Return the values at some tags as text; equal values are one object."""
        encoded = pc.utf8_trim_whitespace(self.values.take(pa.array(at))).dictionary_encode()
        words: Objects = np.array(encoded.dictionary.to_pylist(), dtype=object)
        result: Objects = words[encoded.indices.to_numpy()] if len(at) else np.empty(0, dtype=object)
        return result

    def floats(self, at: Indices) -> Floats:
        """Return the values at some tags as numbers; what is none becomes NaN."""
        values = self.values.take(pa.array(at))
        if self.codes[at].max(initial=0) >= 60:
            values = pc.ascii_trim_whitespace(values)  # integers stand right-aligned
        try:
            numbers: Floats = values.cast(pa.float64()).to_numpy()
        except pa.ArrowInvalid:
            numbers = np.array([_float(value) for value in values.to_pylist()], dtype=np.float64)
        return numbers

    def has(self, code: int) -> Mask:
        """Say for each entity whether a tag of its own has the code."""
        found = np.zeros(len(self), dtype=bool)
        found[self.owner[self.first(code)]] = True
        return found

    def raw(self, entity: int, handles: dict[str, str]) -> bytes:
        """Return an entity's tags with its parts, as ASCII for ezdxf.

        ezdxf keeps one entity for each handle and drops its doubles, which real files have; so each gets a new handle,
        and ``handles`` learns which it had.
        """
        first = int(self.starts[entity])
        after = int(self.starts[entity + 1]) if entity + 1 < len(self) else len(self.codes)
        codes, values = self.codes[first:after].tolist(), self.values[first:after].to_pylist()
        for i, code in enumerate(codes):
            if code == 5:
                new = f"7{len(handles):08X}"
                handles[new] = values[i].strip()
                values[i] = new
        return as_ascii("".join(f"{c}\n{v}\n" for c, v in zip(codes, values, strict=True)).encode("utf-8"), "utf-8")


def _float(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return np.nan


def tag_blocks(pieces: Iterator[bytes], encoding: str) -> Iterator[TagBlock]:
    """Yield the entities of a section, piece by piece.

    Raises:
        BrokenTags: a group code is not a number; what came before was yielded.
    """
    carried = b""
    for piece in pieces:
        content = carried + _utf8(piece, encoding)
        cut = _last_entity(content)
        if cut:
            yield from _block(content[:cut])
        carried = content[cut:]
    yield from _block(carried)


def _utf8(piece: bytes, encoding: str) -> bytes:
    if not piece.isascii():
        piece = piece.decode(encoding, errors="replace").encode("utf-8")
    return piece.replace(b"\r", b"") if b"\r" in piece else piece


def _last_entity(content: bytes) -> int:
    """Return where the last entity begins, 0 when none does but the first; vertices stay with their polyline."""
    size = 1 << 16
    while True:
        start = max(0, len(content) - size)
        for match in reversed(list(_ENTITY.finditer(content, start))):
            if match[1] not in _PARTS:
                return match.start() + 1
        if start == 0:
            return 0
        size *= 8


def _block(content: bytes) -> Iterator[TagBlock]:
    content = content.removesuffix(b"\n")
    if not content.strip():
        return
    whole = pa.py_buffer(np.array([0, len(content)], dtype=np.int32).tobytes())
    lines = pc.split_pattern(pa.StringArray.from_buffers(1, whole, pa.py_buffer(content)), "\n").flatten()
    count = len(lines) // 2
    try:
        codes = pc.ascii_trim_whitespace(lines.take(pa.array(np.arange(0, 2 * count, 2)))).cast(pa.int32()).to_numpy()
    except pa.ArrowInvalid:
        raise BrokenTags(content) from None
    values = lines.take(pa.array(np.arange(1, 2 * count, 2)))
    zeros = np.flatnonzero(codes == 0)
    if len(zeros) == 0 or zeros[0] != 0:
        raise BrokenTags(content)
    names: Objects = np.array(pc.ascii_trim_whitespace(values.take(pa.array(zeros))).to_pylist(), dtype=object)
    part = np.isin(names.astype(str), [name.decode() for name in _PARTS])
    if part[0]:
        raise BrokenTags(content)
    yield TagBlock(codes, values, zeros[~part], names[~part], zeros[part])
