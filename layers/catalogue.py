"""The catalogue, read: which layers there are, at which version, for whom.

Readers get frozen values (``layers.layer``) and never a row, so a tile request can keep them in memory. How a version
comes to be is told in ``layers.versions``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from geoalchemy2.shape import to_shape
from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from layers.edit.edited import EditedGround
from layers.errors import LayerNotFound, VersionNotFound
from layers.frame import Bounds
from layers.layer import Layer, RasterFile, Version, VersionFacts
from layers.models import LayerRow, VersionRow
from layers.rasters import files_of
from layers.sentences import say
from layers.views import View


@dataclass(frozen=True)
class Catalogue:
    """All published layers at one moment, by name: what a process keeps in memory between notifications."""

    layers: Mapping[str, Layer]

    def find(self, name: str, view: View) -> Layer:
        """Return the layer; unknown and invisible are told alike.

        Raises:
            LayerNotFound: no such layer in this view.
        """
        layer = self.layers.get(name)
        if layer is None or not view.sees(layer):
            raise LayerNotFound(say("no-layer-listed", name=name[:80]))
        return layer

    def visible(self, view: View) -> list[Layer]:
        """Return the layers in this view, ordered by name."""
        return [layer for layer in self.layers.values() if view.sees(layer)]

    def with_edits(self, layer: Layer) -> "Catalogue":
        """Return the catalogue with a layer as it was read after an edit.

        It stays as it is where it knows a later state of the layer, or another version.
        """
        known = self.layers.get(layer.name)
        if known is None or known.version.id != layer.version.id or _state(known) >= _state(layer):
            return self
        return Catalogue({**self.layers, layer.name: layer})

    def after(self, known: "Catalogue") -> "Catalogue":
        """Return this catalogue, just read, with the edits that ``known`` was told of while it was read."""
        later = {
            name: replace(layer, version=was.version)
            for name, layer in self.layers.items()
            if (was := known.layers.get(name)) is not None
            and was.version.id == layer.version.id
            and _state(was) > _state(layer)
        }
        return Catalogue({**self.layers, **later}) if later else self


def _state(layer: Layer) -> tuple[int, int]:
    return layer.version.revision, layer.version.renewed


_FACTS = TypeAdapter(VersionFacts)


def load_catalogue(session: Session, known: Catalogue | None = None, *, files: bool = True) -> Catalogue:
    """Read every published layer in a few statements.

    The raster files of versions that ``known`` holds are taken from there; without ``files`` none are read.
    """
    rows = session.scalars(layer_rows().order_by(LayerRow.name)).unique()
    have = {layer.version.id: layer.version.raster.files for layer in (known.layers.values() if known else ())
            if layer.version.raster is not None}  # fmt: skip
    return Catalogue({
        row.name: layer_of(session, row, row.current_id, have.get(row.current_id) if files else ())
        for row in rows if row.current_id is not None
    })  # fmt: skip


def list_layers(session: Session, view: View, *, files: bool = True) -> list[Layer]:
    """Return the published layers the view sees, ordered by name; without ``files`` those of rasters are not read."""
    return load_catalogue(session, files=files).visible(view)


def least_view(session: Session, layer_id: int) -> View:
    """Return what everybody sees who sees a layer: a report that they may read names no other layers."""
    row = session.get_one(LayerRow, layer_id)
    return View(frozenset() if row.public else frozenset({row.department}))


def find_layer(session: Session, name: str, view: View, number: int | None = None, *, files: bool = True) -> Layer:
    """Return a layer at its current version, or at an older one by number; without ``files`` those of a raster, of
    which there may be ten thousand, are not read.

    Raises:
        LayerNotFound: no such layer in this view.
        VersionNotFound: the layer has no such published version.
    """
    row = session.scalars(layer_rows().where(LayerRow.name == name)).unique().one_or_none()
    if row is None or row.current_id is None or not view.sees(row):
        raise LayerNotFound(say("no-layer-listed", name=name[:80]))
    none = None if files else ()
    if number is None:
        return layer_of(session, row, row.current_id, none)
    chosen = [version for version in row.versions if version.number == number and version.published]
    if not chosen:
        numbers = ", ".join(map(str, version_numbers(row)))
        raise VersionNotFound(say("no-version", name=name, number=number, versions=numbers))
    return layer_of(session, row, chosen[0].id, none)


def layer_rows() -> Any:
    """Return the SELECT of layers with their versions, read afresh in one statement: none is without the other."""
    return select(LayerRow).options(joinedload(LayerRow.versions)).execution_options(populate_existing=True)


def layer_of(session: Session, row: LayerRow, version_id: int, files: tuple[RasterFile, ...] | None = None) -> Layer:
    """Return a layer's value at one of its published versions; ``files`` are its raster files when they are known."""
    version = next(version for version in row.versions if version.id == version_id)
    kind: Any = row.kind
    return Layer(
        row.id, row.name, kind, row.title, row.description, row.department, row.theme, row.public, row.licence,
        row.attribution, row.style, _version(session, version, files), version_numbers(row), row.domains,
    )  # fmt: skip


def _version(session: Session, row: VersionRow, files: tuple[RasterFile, ...] | None) -> Version:
    assert row.published is not None, "only published versions are read"
    facts = _FACTS.validate_python(row.facts)
    if facts.raster is not None:
        files = files_of(session, row.id) if files is None else files
        facts = replace(facts, raster=replace(facts.raster, files=files))
    return Version(
        row.id, row.number, row.revision, row.published, extent_of(row), row.feature_count, row.report_id, facts,
        edited=EditedGround.of(row.edited), renewed=row.renewed,
    )  # fmt: skip


def extent_of(row: VersionRow) -> Bounds | None:
    """Return a version's extent."""
    return Bounds(*to_shape(row.extent).bounds) if row.extent is not None else None


def version_numbers(row: LayerRow) -> tuple[int, ...]:
    """Return the numbers of the published versions."""
    return tuple(version.number for version in row.versions if version.published)
