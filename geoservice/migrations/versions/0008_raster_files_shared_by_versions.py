"""Versions share the rows of their raster files: a row holds from one version on and before another."""

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NEW = (
    sa.Column("layer_id", sa.Integer()),
    sa.Column("came", sa.BigInteger()),
    sa.Column("since", sa.BigInteger()),
    sa.Column("until", sa.BigInteger()),
    sa.Column("extent", geoalchemy2.Geometry("POLYGON", srid=-1, spatial_index=False)),
)
SHARE = """
INSERT INTO catalogue.raster_file (layer_id, came, since, until, key, facts, captured, "order", extent)
WITH version AS (
    SELECT id, layer_id, row_number() OVER w AS place, lead(id) OVER w AS next
    FROM catalogue.version WHERE published IS NOT NULL WINDOW w AS (PARTITION BY layer_id ORDER BY id)
), listed AS (
    SELECT f.*, v.layer_id AS of_layer, v.place, v.next,
        v.place - row_number() OVER (PARTITION BY v.layer_id, f.key ORDER BY v.place) AS run,
        min(f.version_id) OVER (PARTITION BY v.layer_id, f.key) AS first
    FROM catalogue.raster_file f JOIN version v ON v.id = f.version_id
), shared AS (
    SELECT of_layer, min(first) AS came, min(version_id) AS since,
        (array_agg(next ORDER BY place DESC))[1] AS until, key, (array_agg(facts ORDER BY place))[1] AS facts,
        (array_agg(captured ORDER BY place))[1] AS captured, (array_agg("order" ORDER BY place))[1] AS position
    FROM listed GROUP BY of_layer, key, run
)
SELECT of_layer, came, since, until, key, facts, captured, position, ST_MakeEnvelope(
    (facts -> 'extent' ->> 0)::float8, (facts -> 'extent' ->> 1)::float8,
    (facts -> 'extent' ->> 2)::float8, (facts -> 'extent' ->> 3)::float8, -1)
FROM shared ORDER BY since, position
"""
LIST = """
INSERT INTO catalogue.raster_file (version_id, key, facts, captured, "order")
SELECT v.id, f.key, f.facts, f.captured, row_number() OVER (
    PARTITION BY v.id
    ORDER BY f.captured NULLS FIRST, (f.facts ->> 'resolution_m')::float8 DESC, f.came, f.id) - 1
FROM catalogue.raster_file f JOIN catalogue.version v ON v.layer_id = f.layer_id AND v.published IS NOT NULL
    AND v.id >= f.since AND (f.until IS NULL OR v.id < f.until)
"""
NUMBER = """
UPDATE catalogue.raster_file SET facts = facts || jsonb_build_object('order', "order") WHERE version_id IS NOT NULL
"""


def upgrade() -> None:
    """Apply."""
    for column in NEW:
        op.add_column("raster_file", column, schema="catalogue")
    op.alter_column("raster_file", "version_id", nullable=True, schema="catalogue")
    op.execute(SHARE)
    op.execute("DELETE FROM catalogue.raster_file WHERE layer_id IS NULL")
    for name in ("layer_id", "came", "since", "extent"):
        op.alter_column("raster_file", name, nullable=False, schema="catalogue")
    op.drop_index("ix_catalogue_raster_file_version_id", table_name="raster_file", schema="catalogue")
    op.drop_column("raster_file", "version_id", schema="catalogue")
    op.drop_column("raster_file", "order", schema="catalogue")
    op.create_foreign_key(
        "fk_raster_file_layer_id_layer", "raster_file", "layer", ["layer_id"], ["id"], ondelete="CASCADE",
        source_schema="catalogue", referent_schema="catalogue",
    )  # fmt: skip
    op.create_index("ix_catalogue_raster_file_layer_id", "raster_file", ["layer_id"], schema="catalogue")
    op.create_index(
        "ix_catalogue_raster_file_extent", "raster_file", ["extent"], schema="catalogue", postgresql_using="gist"
    )


def downgrade() -> None:
    """Undo."""
    op.add_column("raster_file", sa.Column("version_id", sa.BigInteger()), schema="catalogue")
    op.add_column("raster_file", sa.Column("order", sa.Integer()), schema="catalogue")
    for name in ("layer_id", "came", "since", "extent"):
        op.alter_column("raster_file", name, nullable=True, schema="catalogue")
    op.execute(LIST)
    op.execute("DELETE FROM catalogue.raster_file WHERE version_id IS NULL")
    op.execute(NUMBER)
    for name in ("version_id", "order"):
        op.alter_column("raster_file", name, nullable=False, schema="catalogue")
    op.drop_index("ix_catalogue_raster_file_extent", table_name="raster_file", schema="catalogue")
    op.drop_index("ix_catalogue_raster_file_layer_id", table_name="raster_file", schema="catalogue")
    op.drop_constraint("fk_raster_file_layer_id_layer", "raster_file", schema="catalogue")
    for name in ("layer_id", "came", "since", "until", "extent"):
        op.drop_column("raster_file", name, schema="catalogue")
    op.create_foreign_key(
        "fk_raster_file_version_id_version", "raster_file", "version", ["version_id"], ["id"], ondelete="CASCADE",
        source_schema="catalogue", referent_schema="catalogue",
    )  # fmt: skip
    op.create_index("ix_catalogue_raster_file_version_id", "raster_file", ["version_id"], schema="catalogue")
