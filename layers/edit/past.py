"""A layer as it was: the version served at an instant, with the edits made to it since taken back.

Nothing is copied when a feature is edited but what it was before. The past of a version is its table without the
features changed since, together with what each of these was before its first change; indexes of the table serve it,
and what it costs grows with the number of changes, not of features.
"""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.catalogue import layer_of, layer_rows
from layers.crs.mercator import MERCATOR_SRID
from layers.errors import LayerNotFound, VersionNotFound
from layers.layer import Layer, Version
from layers.models import FeatureChangeRow, LayerRow
from layers.sentences import say
from layers.tables import SQL_TYPES, quote, quote_column
from layers.views import View

_CHANGES = "catalogue.feature_change"


def layer_as_of(session: Session, name: str, view: View, instant: datetime) -> Layer:
    """Return the layer as it was at an instant: the newest version published by then, without later edits.

    Raises:
        LayerNotFound: no such layer in this view.
        VersionNotFound: no version that is kept was published by then.
    """
    row = session.scalars(layer_rows().where(LayerRow.name == name)).unique().one_or_none()
    if row is None or row.current_id is None or not view.sees(row):
        raise LayerNotFound(say("no-layer-listed", name=name))
    published = sorted((v.published, v.id) for v in row.versions if v.published)
    then = [version_id for at, version_id in published if at <= instant]
    if not then:
        first = published[0][0].astimezone(UTC).isoformat(timespec="seconds")
        raise VersionNotFound(say("as-of-none", name=name, instant=instant.isoformat(), first=first))
    layer = layer_of(session, row, then[-1])
    change = FeatureChangeRow
    edited = session.scalar(select(change.id).where(change.version_id == then[-1], change.at > instant).limit(1))
    return replace(layer, version=_without_later(layer.version, instant)) if edited else layer


def _without_later(version: Version, instant: datetime) -> Version:
    """Return the version's past; what was worked out for its present is left out."""
    facts = replace(version.facts, levels=(), words=None, named=(), occupied=None)
    return replace(version, facts=facts, as_of=instant, extent=None, feature_count=None)


def source_sql(version: Version) -> str:
    """Return what stands behind FROM: the feature table, or its past as a query in brackets that wants a name.

    The instant stands in the text: it is our own writing of a datetime.
    """
    table = quote(str(version.table))
    if version.as_of is None:
        return table
    later = f"version_id = {int(version.id)} AND at > '{version.as_of.astimezone(UTC).isoformat()}'::timestamptz"
    names = [quote_column(column.name) for column in version.columns]
    types = ", ".join(f"{quote_column(column.name)} {SQL_TYPES[column.type]}" for column in version.columns)
    kept = ", ".join(["fid", *names, "geom", "mercator"])
    was = f", jsonb_to_record(c.before -> 'properties') AS r({types})" if names else ""
    values = ", ".join(["c.fid", *(f"r.{name}" for name in names)])
    degrees = "ST_SetSRID(ST_Force2D(c.geom), 4326)"
    return (
        f"(SELECT {kept} FROM {table} t WHERE NOT EXISTS "
        f"(SELECT FROM {_CHANGES} x WHERE x.{later.replace(' AND at', ' AND x.at')} AND x.fid = t.fid) "
        f"UNION ALL SELECT {values}, c.geom, ST_Transform({degrees}, {MERCATOR_SRID}) FROM "
        f"(SELECT DISTINCT ON (fid) fid, before, ST_GeomFromEWKB(before_geom) AS geom FROM {_CHANGES} "
        f"WHERE {later} ORDER BY fid, id) c{was} WHERE jsonb_typeof(c.before) = 'object')"
    )
