"""Arrow columns as GDAL and Parquet hand them over, brought to the eight column types of a feature table."""

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from importers.batch import ColumnType
from importers.vector.encoding import mend
from importers.vector.moments import UTC_MOMENTS, is_moment, moments
from layers.sentences import say


def field_type(field: pa.Field) -> ColumnType:
    """Return the type a column of a stream will have with us; GDAL hands dates with a time of day over as text."""
    return "timestamp" if is_moment(field) else column_type(field.type)


def column_type(kind: pa.DataType) -> ColumnType:
    """Return the type a column of this Arrow type will have with us: exact for whole numbers, text where unsure."""
    if isinstance(kind, pa.BaseExtensionType):
        return "json" if kind.extension_name == "arrow.json" else column_type(kind.storage_type)
    if pa.types.is_dictionary(kind):
        return column_type(kind.value_type)
    for test, name in _TYPES:
        if test(kind):
            return name
    return "json" if pa.types.is_nested(kind) else "text"


def convert(array: pa.Array, kind: ColumnType) -> tuple[pa.Array, dict[str, int]]:
    """Return the values as the Arrow type that ``kind`` stands for, and what was done to how many of them."""
    array = _plain(array)
    if kind == "text" and not _is_text(array.type):
        if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
            shown = pa.array([None if v is None else v.hex() for v in array.to_pylist()], pa.large_string())
            return shown, {say("bytes-as-hex"): len(array) - array.null_count}
        return pa.array([None if v is None else str(v) for v in array.to_pylist()], pa.large_string()), {}
    if kind == "json":
        return _as_json(array), {}
    if kind == "text":
        return _text(array)
    if kind == "timestamp":
        return _timestamps(array)
    return array.cast(ARROW_TYPES[kind]), {}


ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "text": pa.large_string(),
    "json": pa.large_string(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": UTC_MOMENTS,
}

_TYPES: tuple[tuple[Any, ColumnType], ...] = (
    (pa.types.is_boolean, "boolean"),
    (lambda t: t in (pa.int8(), pa.int16(), pa.int32(), pa.uint8(), pa.uint16()), "integer"),
    (lambda t: t in (pa.int64(), pa.uint32()), "bigint"),
    (pa.types.is_floating, "float"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "timestamp"),
    (lambda t: _is_text(t) or pa.types.is_decimal(t) or pa.types.is_time(t) or pa.types.is_uint64(t), "text"),
)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _plain(array: pa.Array) -> pa.Array:
    """Take off extension types and dictionaries."""
    if isinstance(array.type, pa.BaseExtensionType):
        array = array.storage
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _timestamps(array: pa.Array) -> tuple[pa.Array, dict[str, int]]:
    lost = 0
    if _is_text(array.type):
        written = len(array) - array.null_count
        array, zoneless = moments(array)
        lost = written - (len(array) - array.null_count)
    else:
        zoneless = 0 if array.type.tz is not None else len(array) - array.null_count
        array = array.cast(UTC_MOMENTS, safe=False)
    return array, {say("no-time-zone"): zoneless, say("no-such-moment"): lost}


def _text(array: pa.Array) -> tuple[pa.Array, dict[str, int]]:
    """Return valid UTF-8 without null characters, which PostgreSQL cannot store."""
    done: dict[str, int] = {}
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        values, mended, encoding = mend(array.cast(pa.large_binary()).to_pylist())
        array, done[say("text-decoded-as", encoding=encoding)] = pa.array(values, pa.large_string()), mended
    array = array.cast(pa.large_string())
    if nulls := pc.sum(_has_null_character(array)).as_py():
        array, done[say("nulls-taken-out")] = pc.replace_substring(array, "\0", ""), nulls
    return array, done


def _has_null_character(array: pa.Array) -> pa.Array:
    return pc.greater_equal(pc.find_substring(array, "\0"), 0)


def _as_json(array: pa.Array) -> pa.Array:
    """Return JSON texts; a text that is no JSON becomes a JSON string."""
    shown: list[str | None] = []
    for value in array.to_pylist():
        if value is None:
            shown.append(None)
        elif isinstance(value, str):
            shown.append(_checked(value))
        else:
            shown.append(json.dumps(value, ensure_ascii=False, default=str))
    # PostgreSQL's jsonb stores every character but this one
    return pa.array([None if text is None else text.replace("\\u0000", "") for text in shown], pa.large_string())


def _checked(text: str) -> str:
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = text
    return json.dumps(parsed, ensure_ascii=False, allow_nan=False) if _finite(parsed) else json.dumps(text)


def _finite(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True
