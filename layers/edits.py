"""Changes of single features: made, replaced, amended, deleted, each with its history, in the caller's transaction.

A change names the state it starts from, so that two editors never overwrite each other unseen. A layer that has
generalised levels is changed by an import, which builds them anew: an edit here would leave its small scales stale.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from layers.errors import FeatureNotFound, NotEditable, StateChanged
from layers.features import item_statement
from layers.layer import Layer
from layers.models import FeatureChangeRow
from layers.new_features import NewFeature
from layers.output_crs import OutputCrs
from layers.tables import MERCATOR_SRID, SQL_TYPES, Statement, quote, quote_column, run
from layers.versions import touch
from layers.words import renew_words

EDIT_LOCK = 4492


@dataclass(frozen=True)
class Editor:
    """Who changes features of a layer, and the CRS (CRS84) the history is kept in."""

    layer: Layer
    caller: str
    crs: OutputCrs

    def create(self, session: Session, features: Sequence[NewFeature]) -> list[int]:
        """Add features and return their ids; ids are never given twice, also not those of deleted features."""
        self._lock(session)
        first = self._next_fid(session)
        for fid, feature in enumerate(features, start=first):
            columns, values, params = self._values(feature)
            table = quote(str(self.layer.version.table))
            run(
                session,
                Statement(f"INSERT INTO {table} (fid, {columns}) VALUES (%(fid)s, {values})", {**params, "fid": fid}),
            )
            self._renew_words(session, fid)
            self._remember(session, fid, "create", None, self._read(session, fid)[0])
        self._done(session)
        return list(range(first, first + len(features)))

    def replace(self, session: Session, fid: int, feature: NewFeature, state: str | None) -> None:
        """Put the feature in the place of another; ``state`` is the one that was read, None for whatever it is now.

        Raises:
            FeatureNotFound, StateChanged: there is no such feature, or it has changed.
        """
        self._lock(session)
        before = self._expect(session, fid, state)
        columns, values, params = self._values(feature)
        table = quote(str(self.layer.version.table))
        run(
            session,
            Statement(f"UPDATE {table} SET ({columns}) = ROW({values}) WHERE fid = %(fid)s", {**params, "fid": fid}),
        )
        self._renew_words(session, fid)
        self._remember(session, fid, "replace", before, self._read(session, fid)[0])
        self._done(session)

    def delete(self, session: Session, fid: int, state: str | None) -> None:
        """Remove the feature; its history stays."""
        self._lock(session)
        before = self._expect(session, fid, state)
        table = quote(str(self.layer.version.table))
        run(session, Statement(f"DELETE FROM {table} WHERE fid = %(fid)s", {"fid": fid}))
        self._renew_words(session, fid)
        self._remember(session, fid, "delete", before, None)
        self._done(session)

    def current(self, session: Session, fid: int, state: str | None) -> dict[str, Any]:
        """Return the feature as it is, locked against other editors until the transaction ends."""
        self._lock(session)
        return self._expect(session, fid, state)

    def history(self, session: Session, fid: int) -> list[FeatureChangeRow]:
        """Return the feature's changes, oldest first."""
        row = FeatureChangeRow
        found = select(row).where(row.version_id == self.layer.version.id, row.fid == fid).order_by(row.id)
        return list(session.scalars(found))

    # -- parts -----------------------------------------------------------------------------------------------------

    def _lock(self, session: Session) -> None:
        """One editor of a version at a time; rows of one layer are changed rarely and quickly."""
        if self.layer.version.levels:
            raise NotEditable(
                f"layer {self.layer.name!r} has generalised levels, which single changes would leave stale; "
                "import its next version"
            )
        session.execute(
            text("SELECT pg_advisory_xact_lock(:class, :id)"), {"class": EDIT_LOCK, "id": self.layer.version.id}
        )

    def _next_fid(self, session: Session) -> int:
        rows = run(session, Statement(f"SELECT max(fid) FROM {quote(str(self.layer.version.table))}"))
        row = FeatureChangeRow
        once = session.scalar(select(func.max(row.fid)).where(row.version_id == self.layer.version.id))
        return max(rows[0][0] or 0, once or 0) + 1

    def _read(self, session: Session, fid: int) -> tuple[dict[str, Any], str]:
        rows = run(session, item_statement(self.layer, fid, self.crs))
        if not rows:
            raise FeatureNotFound(f"layer {self.layer.name!r} has no feature {fid}")
        document: dict[str, Any] = _json(rows[0][0])
        return document, rows[0][1]

    def _expect(self, session: Session, fid: int, state: str | None) -> dict[str, Any]:
        document, now = self._read(session, fid)
        if state is not None and state != now:
            raise StateChanged(f"feature {fid} has changed since you read it; read it again and repeat your change")
        return document

    def _values(self, feature: NewFeature) -> tuple[str, str, dict[str, Any]]:
        """Return the columns, their placeholders and values; a property not given is null."""
        params: dict[str, Any] = {}
        names, marks = [], []
        for number, column in enumerate(self.layer.version.columns):
            names.append(quote_column(column.name))
            marks.append(f"%(c{number})s::{SQL_TYPES[column.type]}")
            params[f"c{number}"] = feature.values.get(column.name)
        if not feature.keeps_geometry:
            names += ["geom", "mercator"]
            marks += ["%(geom)s::geometry", "%(mercator)s::geometry"]
            params["geom"] = _hex(feature.geometry, self.layer.version.srid)
            params["mercator"] = _hex(feature.mercator, MERCATOR_SRID)
        return ", ".join(names), ", ".join(marks), params

    def _remember(
        self, session: Session, fid: int, action: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> None:
        session.add(
            FeatureChangeRow(
                version_id=self.layer.version.id, fid=fid, action=action, caller=self.caller,
                before=None if before is None else dict(before), after=None if after is None else dict(after),
            )
        )  # fmt: skip
        session.flush()

    def _renew_words(self, session: Session, fid: int) -> None:
        facts = self.layer.version.facts
        if facts.words is not None:
            named = [column for column in facts.columns if column.name in facts.named]
            renew_words(session, facts.words, str(facts.table), named, fid)

    def _done(self, session: Session) -> None:
        """Renew the version's number of features and extent, and tell every process."""
        table = quote(str(self.layer.version.table))
        session.execute(
            text(
                f"UPDATE catalogue.version SET feature_count = (SELECT count(*) FROM {table}), "
                "extent = (SELECT ST_SetSRID(ST_Expand(ST_Extent(geom), 1e-9)::geometry, -1) "
                f"FROM {table}) "
                "WHERE id = :id"
            ),
            {"id": self.layer.version.id},
        )
        touch(session, self.layer.version.id)


def _hex(geometry: shapely.Geometry | None, srid: int) -> str | None:
    if geometry is None:
        return None
    return str(shapely.to_wkb(shapely.set_srid(geometry, srid), hex=True, include_srid=True))


def _json(body: bytes) -> Any:
    return json.loads(bytes(body))
