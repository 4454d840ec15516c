"""Which entries a client asks for: words, box, time, type, identifiers, a CQL2 filter, an order.

A catalogue has hundreds of entries, not millions: all but the filter is judged here, one by one. The filter is compiled
by the compiler of features and run by the database over the entries given as values, so that it means the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

import shapely

from geoservice.records.entry import Entry
from layers.errors import BadQuery
from layers.filter.clauses import ValueType
from layers.filter.cql2_tokens import Tree
from layers.filter.values import values_statement
from layers.frame import Bounds
from layers.query import Period, SortKey
from layers.sentences import say
from layers.tables import Statement
from layers.words import normal

PROPERTIES: Mapping[str, tuple[ValueType, Callable[[Entry], Any]]] = {
    "id": ("text", lambda e: e.id),
    "type": ("text", lambda e: "dataset"),
    "title": ("text", lambda e: e.say(e.title, "zh")),
    "title_en": ("text", lambda e: e.say(e.title, "en")),
    "description": ("text", lambda e: e.say(e.description, "zh")),
    "kind": ("text", lambda e: e.kind),
    "department": ("text", lambda e: e.department),
    "theme": ("text", lambda e: e.theme),
    "license": ("text", lambda e: e.licence),
    "updated": ("timestamp", lambda e: e.updated.isoformat()),
    "version": ("number", lambda e: e.version),
    "accuracy_m": ("number", lambda e: e.accuracy_m),
    "largest_scale": ("number", lambda e: e.scale),
    "resolution_m": ("number", lambda e: e.resolution_m),
    "feature_count": ("number", lambda e: e.features),
    "synthetic": ("boolean", lambda e: e.synthetic),
}
"""What a filter or an order may name: type in a filter, value."""
SORTABLES = tuple(name for name in PROPERTIES if name not in ("description", "synthetic"))


@dataclass(frozen=True)
class Asked:
    """The conditions; an empty one lets every entry through."""

    words: str | None = None
    boxes: tuple[Bounds, ...] = ()
    period: Period | None = None
    types: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()
    equals: tuple[tuple[str, str], ...] = ()
    sort: tuple[SortKey, ...] = ()


def select(entries: Sequence[Entry], asked: Asked) -> list[Entry]:
    """Return the entries that meet all conditions, in the order asked for."""
    found = [entry for entry in entries if _meets(entry, asked)]
    for key in reversed(asked.sort):
        value = PROPERTIES[key.name][1]
        found.sort(key=lambda entry: (value(entry) is not None, value(entry)), reverse=key.descending)
    return found


def filter_statement(entries: Sequence[Entry], tree: Tree, srid: int) -> Statement:
    """Return the statement for the places, from 1, of the entries that a CQL2 tree lets through.

    Raises:
        BadFilter: it names something else than `PROPERTIES`, or ``geometry``.
    """
    values = [
        (
            {name: value(entry) for name, (_, value) in PROPERTIES.items()},
            shapely.box(*entry.extent) if entry.extent else None,
        )
        for entry in entries
    ]
    return values_statement(values, {name: kind for name, (kind, _) in PROPERTIES.items()}, tree, srid)


def read_sort(text: str) -> tuple[SortKey, ...]:
    """Read ``sortby=+a,-b``.

    Raises:
        BadQuery: one cannot be sorted by.
    """
    keys = []
    for part in text.split(","):
        name = part.strip().lstrip("+-").strip()
        if name not in SORTABLES:
            raise BadQuery(say("record-sort-none", given=part.strip()[:60], offered=", ".join(SORTABLES)), "sortby")
        keys.append(SortKey(name, part.strip().startswith("-")))
    return tuple(keys)


def _meets(entry: Entry, asked: Asked) -> bool:
    return (
        (not asked.types or "dataset" in asked.types)
        and (not asked.ids or entry.id in asked.ids)
        and (not asked.external_ids or _known_as(entry, asked.external_ids))
        and all(str(PROPERTIES[name][1](entry)) == value for name, value in asked.equals)
        and (not asked.boxes or entry.extent is None or any(entry.extent.intersects(box) for box in asked.boxes))
        and (asked.period is None or _within(entry, asked.period))
        and (not asked.words or _has_words(entry, asked.words))
    )


def _known_as(entry: Entry, external_ids: Sequence[str]) -> bool:
    """Say whether one of the identifiers is the entry's: ``layer``, or with its scheme ``geoservice:layer:layer``."""
    return any(wanted in (entry.id, f"geoservice:layer:{entry.id}") for wanted in external_ids)


def _within(entry: Entry, period: Period) -> bool:
    """Say whether the data's time meets the period; data without a time meet every one."""
    if entry.period is None:
        return True
    start, end = (datetime.fromisoformat(text) if text else None for text in entry.period)
    first, last = _moment(period[0], time.min), _moment(period[1], time.max)
    return not ((first and end and end < first) or (last and start and start > last))


def _moment(instant: date | datetime | None, at: time) -> datetime | None:
    if instant is None or isinstance(instant, datetime):
        return instant
    return datetime.combine(instant, at, UTC)


def _has_words(entry: Entry, words: str) -> bool:
    """Say whether one of the terms (divided by commas) is there with all its words, also by pinyin or its initials."""
    said = [entry.id, entry.theme, entry.department, *entry.title.values(), *entry.description.values(), *entry.sources]
    said += [text for word in (*entry.keywords, entry.publisher) for text in word.values()]
    plain, spoken = _heard(" ".join(said))
    terms = [normal(term).split() for term in words.split(",")]
    return any(term and all(word in plain or (word.isascii() and word in spoken) for word in term) for term in terms)


@lru_cache(maxsize=4096)
def _heard(text: str) -> tuple[str, str]:
    """Return a text in small letters, and as its pinyin and first letters word for word."""
    from pypinyin import lazy_pinyin  # 60 MB of dictionaries, for the process that is asked for words

    syllables = lazy_pinyin(text, errors=lambda other: f" {other} ")
    initials = "".join(" " if syllable.startswith(" ") else syllable[:1] for syllable in syllables)
    return normal(text), f"{''.join(syllables)} {initials}".lower()
