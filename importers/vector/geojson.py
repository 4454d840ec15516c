"""GeoJSON: its old ``crs`` member read as it stands, for what names no system must not pass as WGS 84.

RFC 7946 has no such member and is WGS 84; files of before 2016, and those of many programs since, name their own.
"""

import json
import re
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyproj

from importers.batch import Decision, ReadOptions, Source, SourceLayer
from importers.errors import UnreadableSource
from importers.vector.geojson_form import in_utf8, is_gb18030, numbered, says_type_late, type_first, what_is_wrong
from importers.vector.json_values import as_texts, as_written
from importers.vector.partial import as_part
from importers.vector.source import RECIPES, open_recipe
from layers.crs.names import parse_crs, same_crs
from layers.errors import UnknownCrs
from layers.sentences import say

EDGE = 1 << 16
SMALL = 1 << 20
"""What is no larger is read whole."""
_MEMBER = re.compile(r'"crs"\s*:\s*')
_NOTHING = object()


def open_geojson(path: Path, options: ReadOptions) -> Source:
    """Open a GeoJSON file.

    Raises:
        UnreadableSource: GDAL cannot read it.
    """
    with ExitStack() as stack:
        whole = stack.enter_context(type_first(path)) if says_type_late(path) else path
        readable = values = stack.enter_context(as_texts(whole))
        try:
            source = open_recipe(readable, RECIPES["GeoJSON"], options, encoding=None, crs=None, shown=path)
        except UnreadableSource:
            if is_gb18030(path):
                readable = stack.enter_context(in_utf8(readable, "gb18030"))
                source = open_recipe(readable, RECIPES["GeoJSON"], options, encoding=None, crs=None, shown=path)
                decision = Decision(say("encoding"), "GB18030", "measured", (say("json-not-utf8"),))
                source = replace(source, decisions=(*source.decisions, decision))
            elif why := what_is_wrong(path):
                raise UnreadableSource(why) from None
            else:
                raise
        stack.callback(source.close)
        if any(layer.identity == "id" for layer in source.layers):  # a property that need not tell features apart
            readable, decisions = stack.enter_context(numbered(readable)), source.decisions
            source = open_recipe(readable, RECIPES["GeoJSON"], options, encoding=None, crs=None, shown=path)
            source = replace(source, decisions=decisions)
            stack.callback(source.close)
        member = _crs_member(path)
        layers = tuple(_with_crs(layer, member) for layer in source.layers)
        if values is not whole:
            layers = tuple(map(as_written, layers))
        layers = as_part(layers, path)
        return replace(source, path=path, layers=layers, close=stack.pop_all().close)


def _with_crs(layer: SourceLayer, member: Any) -> SourceLayer:
    if member is _NOTHING:
        return replace(layer, facts=(*layer.facts, say("geojson-without-crs")))
    named = _named(member)
    if named is not None:
        crs = layer.crs if layer.crs is not None and same_crs(layer.crs, named) else named
        return replace(layer, crs=crs)
    shown = json.dumps(member, ensure_ascii=False)[:120]
    return replace(layer, crs=None, facts=(*layer.facts, say("geojson-crs-names-none", member=shown)))


def _named(member: Any) -> pyproj.CRS | None:
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name", properties.get("code")) if isinstance(properties, dict) else None
    try:
        return parse_crs(name) if isinstance(name, str | int) else None
    except UnknownCrs:
        return None


def _crs_member(path: Path) -> Any:
    """Return the value of the object's ``crs`` member; in a large collection it stands before or after the features."""
    if path.stat().st_size <= SMALL:
        try:
            whole = json.loads(path.read_bytes().decode("utf-8-sig", "replace"))
        except (ValueError, RecursionError):
            return _NOTHING
        return whole.get("crs", _NOTHING) if isinstance(whole, dict) else _NOTHING
    with path.open("rb") as file:
        head = file.read(EDGE).decode("utf-8", "replace").partition('"features"')[0]
        file.seek(max(0, path.stat().st_size - EDGE))
        tail = file.read().decode("utf-8", "replace").rpartition("]")[2]
    for text in (head, tail):
        if (found := _MEMBER.search(text)) is not None:
            try:
                return json.JSONDecoder().raw_decode(text, found.end())[0]
            except ValueError:
                continue
    return _NOTHING
