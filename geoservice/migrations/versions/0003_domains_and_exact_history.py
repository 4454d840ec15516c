"""Code lists of a layer's columns; the exact geometry a change replaced, so that a layer's past can be read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "layer",
        sa.Column("domains", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        schema="catalogue",
    )
    op.add_column("feature_change", sa.Column("before_geom", sa.LargeBinary(), nullable=True), schema="catalogue")
    op.create_index(
        "ix_catalogue_feature_change_version_id_at", "feature_change", ["version_id", "at"], schema="catalogue"
    )


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_catalogue_feature_change_version_id_at", "feature_change", schema="catalogue")
    op.drop_column("feature_change", "before_geom", schema="catalogue")
    op.drop_column("layer", "domains", schema="catalogue")
