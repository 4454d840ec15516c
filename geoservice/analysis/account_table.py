"""What all layers hold inside a polygon as one table: a row for each class of each layer."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

HEAD = (
    *("department", "layer", "title", "version", "accuracy_m", "largest_scale", "state", "class", "meaning", "count"),
    *("area_m2", "area_mu", "area_off_m2", "share", "length_m"),
)
STATES = ("empty", "elsewhere")
FIGURES = ("count", "area_m2", "area_mu", "area_off_m2", "share", "length_m")


def account_rows(document: Mapping[str, Any], language: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``area_statistics`` by the names of ``HEAD``: of a layer with several classes its total first.

    ``state`` of a total is ``total``, of a class ``class``; a layer without anything has one row, ``empty`` or
    ``elsewhere``.
    """
    for answer in document["answers"]:
        of_layer = _of_layer(answer, language)
        if "total" not in answer:  # a raster has no classes to add up
            continue
        total = answer["total"]
        yield of_layer | {"state": "total"} | {name: total.get(name) for name in FIGURES}
        if answer["by"] is None:
            continue
        for part in answer["parts"]:
            named = {"state": "class", "class": part["value"], "meaning": _said(part["label"], language)}
            yield of_layer | named | {name: part.get(name) for name in FIGURES}
    for state in STATES:
        for layer in document[state]:
            yield _of_layer(layer, language) | {"state": state}


def account_csv(document: Mapping[str, Any], language: str) -> str:
    """Return the table as CSV; the byte order mark is what spreadsheets know UTF-8 by."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEAD, lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in account_rows(document, language))
    return "\ufeff" + text.getvalue()


def _of_layer(answer: Mapping[str, Any], language: str) -> dict[str, Any]:
    names = ("department", "layer", "version", "accuracy_m", "largest_scale")
    return {name: answer[name] for name in names} | {"title": _said(answer["title"], language)}


def _said(text: Mapping[str, str] | None, language: str) -> str:
    return "" if text is None else text.get(language) or text.get("zh") or text.get("en") or ""


def _cell(value: Any) -> Any:
    """Return a cell that a spreadsheet does not take for a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return f"'{value}"
    return value
