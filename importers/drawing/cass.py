"""Feature codes in survey drawings: from extended data, block or layer to a national code, a name and a layer.

CASS (and EPSW, MapMatrix and others) keep a six-digit code of their own in the extended data of each entity; SOUTH is
CASS's application id. Others keep the national code, with a digit after it for the geometry: 1 point, 2 line, 3 area.
What a code, block or drawing layer means stands in a table, ``codes/cass_codes.csv``; a user's own table of the same
columns is asked first. What no rule matches is kept and counted, never dropped.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from importers.errors import UnreadableSource
from layers.sentences import say

BUILT_IN = Path(__file__).with_name("codes") / "cass_codes.csv"
COLUMNS = ("by", "match", "gb_code", "name_zh", "name_en", "geometry", "target")
TARGETS = {
    "control": ("定位基础", "Control"),
    "water": ("水系", "Water"),
    "settlement": ("居民地及设施", "Settlement"),
    "transport": ("交通", "Transport"),
    "pipeline": ("管线", "Pipelines"),
    "boundary": ("境界与政区", "Boundaries"),
    "landform": ("地貌", "Landform"),
    "vegetation": ("植被与土质", "Vegetation and soil"),
    "cadastre": ("权属", "Cadastre"),
    "annotation": ("注记", "Annotation"),
    "frame": ("图廓", "Sheet frame"),
    "assist": ("辅助线", "Drawing aids"),
    "other": ("其他", "Other"),
}
"""The layers that drawings are sorted into, with their titles; a user's table may name others."""

_CODE = re.compile(r"\d{6}(?:-\d+)?")
_USER_CODE = re.compile(r"(\d{6})([123])")
_GEOMETRIES = {"1": "P", "2": "L", "3": "A"}
_PREFERRED = "SOUTH"


class BadMapping(UnreadableSource):
    """The table of feature codes cannot be used."""


@dataclass(frozen=True)
class Meaning:
    """What a rule says of a feature.

    ``geometry`` "P", "L", "A" or "" (any); ``gb_code`` of GB/T 13923, "" where the rule names a group only; ``rule``
    the rule's own words, such as ``code 141101``.
    """

    gb_code: str
    name_zh: str
    name_en: str
    geometry: str
    target: str
    rule: str


class CodeTable:
    """Rules in the order in which they are asked: exact code, code without its suffix, block, layer, layer pattern."""

    def __init__(self, rules: Iterable[Mapping[str, str]]) -> None:
        self._exact: dict[tuple[str, str], Meaning] = {}
        self._patterns: list[tuple[str, Meaning]] = []
        self._national: dict[str, Meaning] = {}
        for rule in rules:
            self._add(rule)

    def _add(self, rule: Mapping[str, str]) -> None:
        by, match = rule["by"].strip().lower(), rule["match"].strip().upper()
        geometry = rule["geometry"].strip().upper()
        if by not in ("code", "block", "layer") or not match or geometry not in ("", "P", "L", "A"):
            raise BadMapping(say("cass-bad-rule", by=by, match=match, geometry=geometry))
        meaning = Meaning(
            rule["gb_code"].strip(),
            rule["name_zh"].strip(),
            rule["name_en"].strip(),
            geometry,
            rule["target"].strip() or "other",
            f"{by} {match}",
        )
        if by == "layer" and "*" in match:
            self._patterns.append((match, meaning))
        else:
            self._exact.setdefault((by, match), meaning)
        if by == "code" and meaning.gb_code:
            self._national.setdefault(meaning.gb_code, meaning)

    def meaning(self, code: str | None, block: str | None, layer: str | None) -> Meaning | None:
        """Return the meaning of a feature by its code, else by its block, else by its drawing layer."""
        return self._by_code(code) or self._named("block", block) or self._by_layer(layer)

    def knows_block(self, block: str) -> bool:
        """Say whether a rule names this block, which makes it a symbol."""
        return ("block", block.upper()) in self._exact

    def knows_national(self, text: str) -> bool:
        """Say whether a text is a code of GB/T 13923 that a rule names, with the digit of the geometry after it."""
        found = _USER_CODE.fullmatch(text)
        return found is not None and found[1] in self._national

    def _named(self, by: str, name: str | None) -> Meaning | None:
        return self._exact.get((by, name.upper())) if name else None

    def _by_code(self, code: str | None) -> Meaning | None:
        if not code:
            return None
        exact = self._named("code", code) or self._by_national(code)
        if exact or "-" not in code:
            return exact
        whole = self._named("code", code.partition("-")[0])
        if whole is None:
            return None
        # 141101-1 is a hatch or base line of house 141101: the same thing's drawing, not a second house.
        return Meaning(whole.gb_code, whole.name_zh, whole.name_en, "", "assist", say("by-code", code=code))

    def _by_national(self, code: str) -> Meaning | None:
        """Return the meaning of a code of GB/T 13923 itself, with or without the digit of the geometry."""
        found = _USER_CODE.fullmatch(code)
        meaning = self._national.get(found[1] if found else code)
        if meaning is None:
            return None
        geometry = _GEOMETRIES[found[2]] if found else meaning.geometry
        return replace(meaning, geometry=geometry, rule=f"code {code}")

    def _by_layer(self, layer: str | None) -> Meaning | None:
        if not layer:
            return None
        name = layer.upper()
        return self._named("layer", name) or next((m for p, m in self._patterns if fnmatchcase(name, p)), None)


def load_codes(path: Path | None = None) -> CodeTable:
    """Read the built-in table, with the rules of a user's CSV (UTF-8 or GBK, same columns) before it.

    Raises:
        BadMapping: the file lacks a column or a rule is malformed.
    """
    if path is None:
        return _built_in()
    try:
        return CodeTable([*_read(path), *_read(BUILT_IN)])
    except BadMapping as error:
        raise BadMapping(say("file-error", file=path.name, error=error)) from None


@lru_cache(maxsize=1)
def _built_in() -> CodeTable:
    return CodeTable(_read(BUILT_IN))


def _read(path: Path) -> list[dict[str, str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadMapping(say("file-unreadable", strerror=error.strerror)) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    reader = csv.DictReader(text.splitlines())
    missing = [name for name in COLUMNS[:2] if name not in (reader.fieldnames or ())]
    if missing:
        raise BadMapping(say("cass-columns-missing", missing=", ".join(missing), columns=",".join(COLUMNS)))
    return [{name: row.get(name) or "" for name in COLUMNS} for row in reader]


def feature_code(extended: Mapping[str, Sequence[Any]]) -> str | None:
    """Return the feature code in an entity's extended data (values by application id), SOUTH's first."""
    apps = sorted(extended, key=lambda app: app.upper() != _PREFERRED)
    texts = [value for app in apps for value in extended[app] if isinstance(value, str)]
    coded = next((text for text in texts if _CODE.fullmatch(text)), None)
    return coded or next((text for text in texts if _built_in().knows_national(text)), None)
