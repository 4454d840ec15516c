"""A request to import as one value: form fields, command-line options and stored jobs all become it here."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from geoservice.faults import fault
from geoservice.parameters import pairs_of
from importers.batch import ImportOptions, ReadOptions
from importers.options import require_options
from importers.scale import NATIONAL, ScaleRules
from layers.errors import BadQuery
from layers.layer import LayerSpec
from layers.sentences import say
from layers.versions import require_layer_name

TEXT_FIELDS = ("department", "theme", "licence", "attribution", "kind")
NOTHING_SAID = ReadOptions()
READ_FIELDS = tuple(field.name for field in fields(ReadOptions) if field.name not in ("layer", "mapping", "others"))
TEXTS = tuple(f"{name}_{language}" for name in ("title", "description") for language in ("zh", "en"))
PLAIN = ("public", "geometry", "accuracy_m", "scale", "captured", "publish_failed", "source_layer", "style")
FORM_FIELDS = ("layer", *TEXT_FIELDS, *READ_FIELDS, *TEXTS, *PLAIN)
"""What a form may say beside its files."""
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


@dataclass(frozen=True)
class ImportRequest:
    """Which files become which layer, and what the user says about them. ``kind`` empty: find out."""

    files: tuple[Path, ...]
    name: str
    kind: str = ""
    title: Mapping[str, str] | None = None
    description: Mapping[str, str] | None = None
    department: str = ""
    theme: str = ""
    licence: str = ""
    attribution: str = ""
    public: bool | None = None
    style: Mapping[str, Any] | None = None
    read: ReadOptions = NOTHING_SAID
    geometry: str | None = None
    accuracy_m: float | None = None
    scale: int | None = None
    captured: date | None = None
    publish_failed: bool = False
    by: str = "user"

    def spec(self, kind: Any) -> LayerSpec:
        """Return what is said about the layer, now that its kind is known."""
        return LayerSpec(
            name=self.name, kind=kind, title=dict(self.title or {}), description=dict(self.description or {}),
            department=self.department, theme=self.theme, public=self.public, licence=self.licence,
            attribution=self.attribution, style=dict(self.style or {}),
        )  # fmt: skip

    def options(self, city: Sequence[Any] = (), rules: ScaleRules = NATIONAL) -> ImportOptions:
        """Return how the import goes, with the city's own datum transforms and rules of usable scales."""
        geometry: Any = self.geometry
        return ImportOptions(
            read=self.read, geometry=geometry, publish_failed=self.publish_failed, scale=self.scale,
            accuracy_m=self.accuracy_m, captured=self.captured, city=tuple(city), rules=rules, by=self.by,
        )  # fmt: skip

    def with_layers(self, names: Sequence[str]) -> "ImportRequest":
        """Return the request for some layers of the file only; none named: all."""
        return replace(self, read=replace(self.read, layer=tuple(names))) if names else self

    def to_json(self) -> dict[str, Any]:
        """Return the request as plain JSON, for a job's row."""
        body: dict[str, Any] = _REQUEST.dump_python(self, mode="json")
        return body

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "ImportRequest":
        """Read what ``to_json`` wrote."""
        return _REQUEST.validate_python(document)


_REQUEST = TypeAdapter(ImportRequest)


def from_form(form: Mapping[str, str], files: Sequence[Path], by: str, options: Iterable[str] = ()) -> ImportRequest:
    """Read a form's fields; ``title_zh``, ``title_en``, ``description_zh``, ``description_en`` are the texts.

    ``options`` are those for one format, NAME=VALUE each (``importers.options``).

    Raises:
        BadQuery: a field is missing, unknown or of the wrong kind; ``parameter`` names it.
    """
    unknown = set(form) - set(FORM_FIELDS)
    if unknown:
        raise BadQuery(say("field-unknown", field=sorted(unknown)[0]), sorted(unknown)[0])
    if not form.get("layer"):
        raise BadQuery(say("field-layer"), "layer")
    require_layer_name(form["layer"])
    given = {key: value for key, value in form.items() if value != ""}
    document: dict[str, Any] = {
        key: given[key] for key in (*TEXT_FIELDS, *PLAIN) if key in given and key != "source_layer"
    }
    for name in ("public", "publish_failed"):
        if name in document:
            document[name] = _truth(document[name], name)
    if "style" in document:
        document["style"] = _json(document["style"])
    read: dict[str, Any] = {key: given[key] for key in READ_FIELDS if key in given}
    read["others"] = pairs_of(options)
    require_options(read["others"])
    read["layer"] = [given["source_layer"]] if "source_layer" in given else []
    document |= {"files": [str(file) for file in files], "name": form["layer"], "read": read, "by": by}
    document |= {
        name: {language: given[f"{name}_{language}"] for language in ("zh", "en") if f"{name}_{language}" in given}
        for name in ("title", "description")
    }
    try:
        return ImportRequest.from_json(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadQuery(fault(first, where), str(first["loc"][-1])) from error


def _truth(text: str, name: str) -> bool:
    if text.lower() in TRUE | FALSE:
        return text.lower() in TRUE
    raise BadQuery(say("true-or-false", name=name), name)


def _json(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadQuery(say("style-not-json", why=error), "style") from error
    if not isinstance(value, dict):
        raise BadQuery(say("style-object"), "style")
    return value
