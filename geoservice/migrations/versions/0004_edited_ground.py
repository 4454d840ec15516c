"""Where a version was edited, so that an edit renews only the tiles that show it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

EVERYWHERE = "ARRAY[[revision, -4e7, -4e7, 4e7, 4e7]]::double precision[]"


def upgrade() -> None:
    """Apply; where the edits made so far were is not known, so it is everywhere."""
    column: sa.Column[list[list[float]]] = sa.Column(
        "edited", postgresql.ARRAY(postgresql.DOUBLE_PRECISION(), dimensions=2), nullable=True
    )
    op.add_column("version", column, schema="catalogue")
    op.execute(f"UPDATE catalogue.version SET edited = {EVERYWHERE} WHERE revision > 0")


def downgrade() -> None:
    """Undo."""
    op.drop_column("version", "edited", schema="catalogue")
