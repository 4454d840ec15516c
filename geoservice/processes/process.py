"""A process as a value: what it takes, what it gives, and the function that does it.

Inputs are a pydantic model, so that one declaration gives the description clients read and the check requests meet.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from geoservice.analysis.asking import Asking
from geoservice.faults import fault
from geoservice.processes.words import DESCRIPTIONS, TITLES
from layers.errors import BadQuery
from layers.frame import Text
from layers.sentences import say

VERSION = "1.0.0"
CONTROL = ("sync-execute", "async-execute", "dismiss")
JSON = "application/json"
GEOJSON = "application/geo+json"

Document = dict[str, Any]


class Inputs(BaseModel):
    """What a process takes; nothing else is accepted."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class Output:
    """One thing a process gives."""

    title: Text
    schema: Mapping[str, Any]
    media_type: str = JSON


@dataclass(frozen=True)
class Process:
    """One process. ``run`` gets the inputs as an instance of ``inputs`` and returns its outputs by name."""

    id: str
    title: Text
    description: Text
    inputs: type[Inputs]
    outputs: Mapping[str, Output]
    run: Callable[[Asking, Any], Awaitable[Mapping[str, Any]]]

    def summary(self, language: str) -> Document:
        """Return the process as the list of processes shows it."""
        return {
            "id": self.id, "version": VERSION, "title": self.title[language],
            "description": self.description[language],
            "jobControlOptions": list(CONTROL), "outputTransmission": ["value"],
        }  # fmt: skip

    def describe(self, language: str) -> Document:
        """Return the whole description: inputs and outputs with their schemas."""
        outputs = {
            name: {"title": output.title[language], "schema": dict(output.schema)}
            for name, output in self.outputs.items()
        }
        return self.summary(language) | {"inputs": _described(self.inputs, language), "outputs": outputs}

    def read(self, inputs: Any) -> Inputs:
        """Check what came and return it as a value.

        Raises:
            BadQuery: an input is missing, unknown or wrong; it is named.
        """
        if not isinstance(inputs, Mapping):
            raise BadQuery(say("inputs-object"), "inputs")
        try:
            return self.inputs.model_validate({name: _plain(value, name) for name, value in inputs.items()})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "inputs"
            raise BadQuery(fault(first, where), f"inputs.{where}") from error


def _plain(value: Any, name: str) -> Any:
    """Unwrap ``{"value": …}``, the standard's form for objects; a reference to elsewhere is never followed."""
    if isinstance(value, Mapping):
        if "href" in value:
            raise BadQuery(say("input-reference", name=name), name)
        if "value" in value and set(value) <= {"value", "mediaType", "encoding", "schema"}:
            return value["value"]
    if isinstance(value, list):
        return [_plain(member, name) for member in value]
    return value


def _described(model: type[Inputs], language: str) -> Document:
    """Return the inputs as OGC API Processes describes them: schemas of OpenAPI 3.0."""
    chinese = language == "zh"
    schema = model.model_json_schema()
    required = set(schema.get("required", ()))
    found = {}
    for name, members in schema["properties"].items():
        members = dict(members)
        title, text = members.pop("title", name), members.pop("description", "")
        if members.get("default", "") is None:
            members.pop("default")
        found[name] = {
            "title": TITLES.get(title, title) if chinese else title,
            "description": DESCRIPTIONS.get(text, text) if chinese else text,
            "minOccurs": 1 if name in required else 0, "maxOccurs": 1,
            "schema": _well_known(_without_null(members)),
        }  # fmt: skip
    return found


def _well_known(schema: Document) -> Document:
    """Write a format the standard knows as it writes it, inside ``allOf`` (18-062r2, table 13)."""
    return {"allOf": [schema]} if schema.get("format") == "geojson-geometry" else schema


def _without_null(schema: Document) -> Document:
    """Write "this or null" as this: OpenAPI 3.0 has no null, and an input left out is the same."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        schema = {**{key: value for key, value in schema.items() if key != "anyOf"}, **options[0]}
    for bound in ("Minimum", "Maximum"):
        if f"exclusive{bound}" in schema:
            schema[bound.lower()] = schema.pop(f"exclusive{bound}")
            schema[f"exclusive{bound}"] = True
    return {
        key: [_without_null(part) for part in value] if key in ("anyOf", "oneOf", "allOf") else value
        for key, value in schema.items()
        if key != "propertyNames"  # OpenAPI 3.0 has no word for it
    }
