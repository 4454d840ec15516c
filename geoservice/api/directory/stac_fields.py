"""Which members of an item a STAC client is given: STAC API's extension Fields, of GET and POST."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from layers.errors import BadQuery
from layers.sentences import say

ALWAYS = (
    "type", "stac_version", "id", "collection", "geometry", "bbox", "links", "assets", "properties.datetime",
)  # fmt: skip
"""What makes an item. Names that are included join these, as the extension has it; excluding takes them away."""
_MEMBERS = frozenset(name.partition(".")[0] for name in (*ALWAYS, "stac_extensions"))
Path = tuple[str, ...]


@dataclass(frozen=True)
class Fields:
    """The members that are given: those at or below ``included`` and not at or below ``excluded``."""

    included: frozenset[Path]
    excluded: frozenset[Path]

    @property
    def ways(self) -> frozenset[Path]:
        """The members above included ones, which are opened and not given whole."""
        return frozenset(path[:depth] for path in self.included for depth in range(1, len(path)))

    def of(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return the item with these members alone. A name that it has not is passed over."""
        return self._below(item, (), whole=False, ways=self.ways)

    def _below(self, value: Mapping[str, Any], here: Path, whole: bool, ways: frozenset[Path]) -> dict[str, Any]:
        found = {}
        for name, member in value.items():
            path = (*here, name)
            given = whole or path in self.included
            if path in self.excluded or not (given or path in ways):
                continue
            if isinstance(member, Mapping) and len(path) < 4 and name != "geometry":
                member = self._below(member, path, given, ways)
            elif not given:
                continue
            found[name] = member
        return found


def fields_of(value: Any) -> Fields | None:
    """Read ``fields``: of a query ``id,-geometry``, of a body ``{"include": [...], "exclude": [...]}``.

    A name that no item has at its top is one of its properties, with or without ``properties.`` before it.

    Raises:
        BadQuery: it is neither.
    """
    if value is None:
        return None
    if isinstance(value, str):
        names = [name.strip() for name in value.split(",") if name.strip(" +-")]
        wanted: Mapping[str, Any] = {
            "include": [name.lstrip("+") for name in names if not name.startswith("-")],
            "exclude": [name[1:] for name in names if name.startswith("-")],
        }
    elif isinstance(value, Mapping) and set(value) <= {"include", "exclude"}:
        wanted = value
    else:
        raise BadQuery(say("stac-fields"), "fields")
    return Fields(_paths((*ALWAYS, *_list(wanted, "include"))), _paths(_list(wanted, "exclude")))


def _list(wanted: Mapping[str, Any], member: str) -> list[str]:
    names = wanted.get(member) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadQuery(say("stac-fields"), "fields")
    return names


def _paths(names: Iterable[str]) -> frozenset[Path]:
    found = (tuple(name.split(".")) for name in names)
    return frozenset(path if path[0] in _MEMBERS else ("properties", *path) for path in found)
