"""GeoJSON or JSON-FG that a client sends to be stored: read strictly against the schema, brought to the storage CRS."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers.crs.output import OutputCrs, find_crs
from layers.edit.new_geometry import mercator_of, read_geometry
from layers.edit.new_values import read_value
from layers.errors import BadFeature, Fault
from layers.layer import Layer
from layers.sentences import reason, say


@dataclass(frozen=True)
class NewFeature:
    """A feature to be stored: values by column, geometry in the storage CRS (east, north) and in EPSG:3857.

    ``keeps_geometry`` says that the stored geometry stays as it is, to the last digit.
    """

    values: Mapping[str, Any]
    geometry: BaseGeometry | None
    mercator: BaseGeometry | None
    keeps_geometry: bool = False


@dataclass(frozen=True)
class BodyCrs:
    """What the coordinates of a body are in, authority axis order: of ``geometry``, and of ``place`` (JSON-FG)."""

    geometry: OutputCrs
    place: OutputCrs
    offered: Mapping[str, OutputCrs]

    def of(self, document: Mapping[str, Any], member: str) -> OutputCrs:
        """Return the CRS of a feature's member; a feature may name that of its place itself.

        Raises:
            UnknownCrs: it is not offered.
        """
        if member == "geometry":
            return self.geometry
        said = document.get("coordRefSys")
        return find_crs(self.offered, said, "coordRefSys") if isinstance(said, str) else self.place


def read_feature(document: Any, layer: Layer, crs: BodyCrs) -> NewFeature:
    """Read a GeoJSON or JSON-FG feature; a ``place`` goes before ``geometry``.

    Raises:
        BadFeature: it is no feature, names a property the layer lacks, or a value or the geometry does not fit; every
            fault is told.
    """
    if not isinstance(document, dict) or document.get("type") != "Feature":
        raise BadFeature(say("not-a-feature"))
    properties = document.get("properties") or {}
    if not isinstance(properties, dict):
        raise BadFeature.at("/properties", say("object-or-null"))
    columns = {column.name: column for column in layer.version.columns}
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, value in properties.items():
        pointer = f"/properties/{name[:60].replace('~', '~0').replace('/', '~1')}"
        if name not in columns:
            faults.append((pointer, say("feature-property-none")))
            continue
        try:
            values[name] = read_value(columns[name], value, layer.domains.get(name))
        except ValueError as error:
            faults.append((pointer, reason(error)))
    geometry = None
    try:
        member = "geometry" if document.get("place") is None else "place"
        geometry = read_geometry(document.get(member), layer, crs.of(document, member))
        mercator = mercator_of(geometry, layer)
    except ValueError as error:
        faults.append((f"/{member}", reason(error)))
    if faults:
        raise BadFeature.of(faults)
    return NewFeature(values, geometry, mercator)


def merge(document: Mapping[str, Any], patch: Any) -> dict[str, Any]:
    """Return a feature with a merge patch applied (RFC 7386), two levels deep: members, and properties.

    Raises:
        BadFeature: the patch is no object, or its properties are not.
    """
    if not isinstance(patch, dict):
        raise BadFeature(say("patch-object"))
    changed = patch.get("properties") or {}
    if not isinstance(changed, dict):
        raise BadFeature(say("properties-object"))
    return {
        "type": "Feature",
        "geometry": patch.get("geometry", document.get("geometry")),
        "place": patch.get("place"),
        "coordRefSys": patch.get("coordRefSys"),
        "properties": {**(document.get("properties") or {}), **changed},
    }
