"""The catalogue, tokens and jobs."""

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE SCHEMA IF NOT EXISTS features")
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        schema="catalogue",
    )
    op.create_index(op.f("ix_catalogue_job_state"), "job", ["state"], unique=False, schema="catalogue")
    op.create_table(
        "layer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("description", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("attribution", sa.String(), nullable=False),
        sa.Column("style", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("current_id", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layer")),
        sa.UniqueConstraint("name", name=op.f("uq_layer_name")),
        schema="catalogue",
    )
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("layer_name", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        schema="catalogue",
    )
    op.create_index(op.f("ix_catalogue_report_layer_name"), "report", ["layer_name"], unique=False, schema="catalogue")
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("departments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("write", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("sha256", name=op.f("uq_token_sha256")),
        schema="catalogue",
    )
    op.create_table(
        "version",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "extent",
            geoalchemy2.types.Geometry(
                geometry_type="POLYGON", dimension=2, spatial_index=False, from_text="ST_GeomFromEWKT", name="geometry"
            ),
            nullable=True,
        ),
        sa.Column("feature_count", sa.BigInteger(), nullable=True),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["catalogue.layer.id"], name=op.f("fk_version_layer_id_layer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["catalogue.report.id"], name=op.f("fk_version_report_id_report"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("layer_id", "number", name=op.f("uq_version_layer_id")),
        schema="catalogue",
    )
    op.create_table(
        "raster_file",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("captured", sa.Date(), nullable=True),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["catalogue.version.id"], name=op.f("fk_raster_file_version_id_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raster_file")),
        schema="catalogue",
    )
    op.create_index(
        op.f("ix_catalogue_raster_file_version_id"), "raster_file", ["version_id"], unique=False, schema="catalogue"
    )
    op.create_table(
        "source",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["catalogue.version.id"], name=op.f("fk_source_version_id_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        schema="catalogue",
    )
    op.create_index(op.f("ix_catalogue_source_version_id"), "source", ["version_id"], unique=False, schema="catalogue")
    op.create_foreign_key(
        "fk_layer_current_id_version",
        "layer",
        "version",
        ["current_id"],
        ["id"],
        source_schema="catalogue",
        referent_schema="catalogue",
        ondelete="SET NULL",
    )


def downgrade() -> None:
    """Undo."""
    op.drop_constraint("fk_layer_current_id_version", "layer", schema="catalogue")
    op.drop_index(op.f("ix_catalogue_source_version_id"), table_name="source", schema="catalogue")
    op.drop_table("source", schema="catalogue")
    op.drop_index(op.f("ix_catalogue_raster_file_version_id"), table_name="raster_file", schema="catalogue")
    op.drop_table("raster_file", schema="catalogue")
    op.drop_table("version", schema="catalogue")
    op.drop_table("token", schema="catalogue")
    op.drop_index(op.f("ix_catalogue_report_layer_name"), table_name="report", schema="catalogue")
    op.drop_table("report", schema="catalogue")
    op.drop_table("layer", schema="catalogue")
    op.drop_index(op.f("ix_catalogue_job_state"), table_name="job", schema="catalogue")
    op.drop_table("job", schema="catalogue")
    op.execute("DROP SCHEMA features CASCADE")
