"""Lines as Mapbox Vector Tiles: the few parts of the format that contour tiles need.

Format: Mapbox Vector Tile Specification 2.1, sections 4.1 to 4.4 (a protocol buffer of layers, features with
delta-encoded commands, and tables of keys and values).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

EXTENT = 4096
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"

Integers = npt.NDArray[np.int64]
Value = str | int | float | bool


@dataclass(frozen=True)
class LineFeature:
    """Lines in tile units (x right, y down from the north-west corner), arrays (n, 2), with their attributes."""

    lines: Sequence[Integers]
    attributes: Mapping[str, Value]


def encode_lines(name: str, features: Sequence[LineFeature]) -> bytes:
    """A vector tile with one layer of lines; empty bytes for no features, which is a valid empty tile."""
    if not features:
        return b""
    keys: dict[str, int] = {}
    values: dict[tuple[type, Value], int] = {}
    parts = [_field(15, 0) + _varint(2), _text(1, name)]
    for number, feature in enumerate(features, 1):
        tags = [
            index
            for key, value in feature.attributes.items()
            for index in (keys.setdefault(key, len(keys)), values.setdefault((type(value), value), len(values)))
        ]
        commands = np.concatenate([_commands(lines) for lines in _chained(feature.lines)])
        body = _field(1, 0) + _varint(number) + _bytes(2, _varints(np.array(tags, np.uint64)))
        parts.append(_bytes(2, body + _field(3, 0) + _varint(2) + _bytes(4, _varints(commands))))
    parts += [_text(3, key) for key in keys]
    parts += [_bytes(4, _value(value)) for _, value in values]
    parts.append(_field(5, 0) + _varint(EXTENT))
    return _bytes(3, b"".join(parts))


def _chained(lines: Sequence[Integers]) -> list[Integers]:
    """Each line with, before it, the point where the pen was left: deltas run on from line to line."""
    pen = np.zeros((1, 2), np.int64)
    chained = []
    for line in lines:
        chained.append(np.concatenate([pen, line]))
        pen = line[-1:]
    return chained


def _commands(line: Integers) -> npt.NDArray[np.uint64]:
    """MoveTo the second point, LineTo the others; parameters are zigzag-coded differences."""
    deltas = np.diff(line, axis=0)
    zigzag = ((deltas << 1) ^ (deltas >> 63)).astype(np.uint64).ravel()
    move = np.array([1 << 3 | 1], np.uint64)
    draw = np.array([(len(line) - 2) << 3 | 2], np.uint64)
    return np.concatenate([move, zigzag[:2], draw, zigzag[2:]])


def _varints(values: npt.NDArray[np.uint64]) -> bytes:
    """Base-128 varints of many numbers at once."""
    groups = values[:, None] >> np.arange(0, 70, 7, dtype=np.uint64)[None, :5]
    sizes = np.maximum(1, (groups > 0).sum(axis=1))
    octets = (groups & np.uint64(0x7F)).astype(np.uint8)
    place = np.arange(5)
    octets[place[None] < sizes[:, None] - 1] |= 0x80
    return bytes(octets[place[None] < sizes[:, None]])


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def _field(number: int, wire: int) -> bytes:
    return _varint(number << 3 | wire)


def _bytes(number: int, body: bytes) -> bytes:
    return _field(number, 2) + _varint(len(body)) + body


def _text(number: int, text: str) -> bytes:
    return _bytes(number, text.encode())


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return _field(7, 0) + _varint(int(value))
    if isinstance(value, str):
        return _text(1, value)
    if isinstance(value, int):
        return _field(6, 0) + _varint((value << 1) ^ (value >> 63))
    return _field(3, 1) + np.float64(value).tobytes()
