"""Changes of features: made, replaced, amended, deleted, each with its history, in the caller's transaction.

A change names the state it starts from, so that two editors never overwrite each other unseen. Where a layer has
generalised levels, a tile takes what was edited from the features themselves, which stays cheap while edits are few, so
their number is bounded there; over dissolved classes of small scales it is drawn until these are renewed
(``layers.level.renewal``).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from layers.catalogue import extent_of, find_layer
from layers.crs.mercator import MERCATOR_SRID
from layers.crs.output import OutputCrs
from layers.edit.edited import ground_of
from layers.edit.new_features import NewFeature
from layers.edit.tally import Tally
from layers.errors import BadFeature, FeatureNotFound, LayerNotFound, NotEditable, StateChanged
from layers.features import state_statement
from layers.layer import Layer
from layers.models import FeatureChangeRow
from layers.sentences import say
from layers.tables import SQL_TYPES, Statement, count_features, dimension_statement, quote, quote_column, run
from layers.versions import envelope, touch
from layers.views import ALL
from layers.words import renew_words

EDIT_LOCK = 4492
_AT_ONCE = 500
MOST_EDITS = 20_000
"""Edits of a version that has generalised levels."""


class Edit:
    """One transaction of changes to a layer: locked on making, told to all processes by ``finish`` and the commit.

    ``crs`` (CRS84) is that of the history. All changes of one edit carry one time.

    Raises:
        NotEditable: the layer has levels and has been edited much.
        LayerNotFound: it was removed meanwhile.
        BadFeature (on a change): the geometry has heights and the layer has not, or the other way round.
    """

    def __init__(self, session: Session, layer: Layer, caller: str, crs: OutputCrs) -> None:
        self.session, self.layer, self.caller, self.crs = session, layer, caller, crs
        self.table = quote(str(layer.version.table))
        # One editor of a version at a time; rows of one layer are changed rarely and quickly.
        session.execute(text("SELECT pg_advisory_xact_lock(:class, :id)"), {"class": EDIT_LOCK, "id": layer.version.id})
        if layer.version.facts.unfinished:  # perhaps no longer: whoever finished it may have been waited for
            self.layer = find_layer(session, layer.name, ALL, layer.version.number)
        self._check_room()
        self.has_z = {2: False, 3: True}.get(self._dimension())
        """Whether the geometries have heights; None where some have and some do not."""
        self.at: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        self._tally = Tally()

    def create(self, features: Sequence[NewFeature]) -> list[int]:
        """Add features and return their ids; ids are never given twice, also not those of deleted features."""
        first = self._next_fid()
        fids = list(range(first, first + len(features)))
        for fid, feature in zip(fids, features, strict=True):
            columns, values, params = self._values(feature)
            self._run(f"INSERT INTO {self.table} (fid, {columns}) VALUES (%(fid)s, {values})", {**params, "fid": fid})
            self._tally.put_in(feature.geometry)
            self._renew_words(fid)
        for start in range(0, len(fids), _AT_ONCE):
            for fid, (document, _, _) in self._read(fids[start : start + _AT_ONCE]).items():
                self._remember(fid, "create", None, document, None)
        return fids

    def replace(self, fid: int, feature: NewFeature, state: str | None) -> None:
        """Put the feature in the place of another; ``state`` is the one that was read, None for whatever it is now.

        Raises:
            FeatureNotFound, StateChanged: there is no such feature, or it has changed.
        """
        before, geometry = self._expect(fid, state)
        columns, values, params = self._values(feature)
        self._run(f"UPDATE {self.table} SET ({columns}) = ROW({values}) WHERE fid = %(fid)s", {**params, "fid": fid})
        self._tally.take_out(geometry)
        kept = None if geometry is None else shapely.from_wkb(geometry)
        self._tally.put_in(kept if feature.keeps_geometry else feature.geometry)
        self._renew_words(fid)
        self._remember(fid, "replace", before, self._read([fid])[fid][0], geometry)

    def delete(self, fid: int, state: str | None) -> None:
        """Remove the feature; its history stays."""
        before, geometry = self._expect(fid, state)
        self._run(f"DELETE FROM {self.table} WHERE fid = %(fid)s", {"fid": fid})
        self._tally.take_out(geometry)
        self._renew_words(fid)
        self._remember(fid, "delete", before, None, geometry)

    def current(self, fid: int, state: str | None) -> dict[str, Any]:
        """Return the feature as it is, locked against other editors until the transaction ends."""
        return self._expect(fid, state)[0]

    def states(self, fids: Sequence[int]) -> dict[int, str]:
        """Return the states of features as they are now; of those that are gone none."""
        return {fid: state for fid, (_, state, _) in self._read(fids).items()}

    def finish(self) -> None:
        """Renew the version's number of features and extent, and tell every process at the commit what changed where.

        What that costs grows with the edit, not with the layer.
        """
        self.session.flush()
        version = self.layer.version
        row = touch(self.session, version.id, ground_of(self._tally.boxes, version.srid))
        if row.feature_count is None:
            row.feature_count = count_features(self.session, str(version.table))
        else:
            row.feature_count += self._tally.more
        before = extent_of(row)
        row.extent = envelope(self._tally.extent(self.session, str(version.table), version.srid, before))
        self.session.flush()

    # -- parts -----------------------------------------------------------------------------------------------------

    def _run(self, statement: str, params: Mapping[str, Any]) -> None:
        run(self.session, Statement(statement, params))

    def _check_room(self) -> None:
        if not self.layer.version.levels:
            return
        row = FeatureChangeRow
        edits = self.session.scalar(select(func.count()).where(row.version_id == self.layer.version.id)) or 0
        if edits >= MOST_EDITS:
            raise NotEditable(say("edits-most", layer=self.layer.name, count=edits))

    def _dimension(self) -> int:
        """Return how many ordinates the table's positions have; 0 where some have two and some three."""
        found = run(self.session, dimension_statement(self.table))
        if not found:
            raise LayerNotFound(say("no-layer", name=self.layer.name))
        return int(found[0][0])

    def _next_fid(self) -> int:
        last = run(self.session, Statement(f"SELECT max(fid) FROM {self.table}"))[0][0]
        row = FeatureChangeRow
        once = self.session.scalar(select(func.max(row.fid)).where(row.version_id == self.layer.version.id))
        return max(last or 0, once or 0) + 1

    def _read(self, fids: Sequence[int]) -> dict[int, tuple[dict[str, Any], str, bytes | None]]:
        """Return features by id: document, state, EWKB of the geometry."""
        rows = run(self.session, state_statement(self.layer, fids, self.crs))
        return {
            fid: (json.loads(bytes(body)), state, None if ewkb is None else bytes(ewkb))
            for fid, body, state, ewkb in rows
        }

    def _expect(self, fid: int, state: str | None) -> tuple[dict[str, Any], bytes | None]:
        found = self._read([fid])
        if fid not in found:
            raise FeatureNotFound(say("feature-none-numbered", layer=self.layer.name, fid=fid))
        document, now, geometry = found[fid]
        if state is not None and state != now:
            raise StateChanged(say("feature-changed", fid=fid))
        return document, geometry

    def _values(self, feature: NewFeature) -> tuple[str, str, dict[str, Any]]:
        """Return the columns, their placeholders and values; a property not given is null."""
        params: dict[str, Any] = {}
        names, marks = [], []
        for number, column in enumerate(self.layer.version.columns):
            names.append(quote_column(column.name))
            marks.append(f"%(c{number})s::{SQL_TYPES[column.type]}")
            params[f"c{number}"] = feature.values.get(column.name)
        if feature.geometry is not None and self.has_z not in (None, feature.geometry.has_z):
            raise BadFeature.at("/geometry", say("layer-has-heights" if self.has_z else "layer-has-no-heights"))
        if not feature.keeps_geometry:
            names += ["geom", "mercator"]
            marks += ["%(geom)s::geometry", "%(mercator)s::geometry"]
            params["geom"] = _hex(feature.geometry, self.layer.version.srid)
            params["mercator"] = _hex(feature.mercator, MERCATOR_SRID)
        return ", ".join(names), ", ".join(marks), params

    def _remember(
        self, fid: int, action: str, before: dict[str, Any] | None, after: dict[str, Any] | None, geometry: bytes | None
    ) -> None:
        self.session.add(
            FeatureChangeRow(
                version_id=self.layer.version.id, fid=fid, action=action, caller=self.caller, at=self.at,
                before=before, after=after, before_geom=geometry,
            )
        )  # fmt: skip

    def _renew_words(self, fid: int) -> None:
        facts = self.layer.version.facts
        if facts.words is not None:
            named = [column for column in facts.columns if column.name in facts.named]
            renew_words(self.session, facts.words, str(facts.table), named, fid)


def history(session: Session, layer: Layer, fid: int) -> list[FeatureChangeRow]:
    """Return a feature's changes, oldest first."""
    row = FeatureChangeRow
    return list(session.scalars(select(row).where(row.version_id == layer.version.id, row.fid == fid).order_by(row.id)))


def _hex(geometry: shapely.Geometry | None, srid: int) -> str | None:
    if geometry is None:
        return None
    return str(shapely.to_wkb(shapely.set_srid(geometry, srid), hex=True, include_srid=True))
