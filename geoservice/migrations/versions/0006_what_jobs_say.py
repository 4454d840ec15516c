"""What a job says, with the code and values of its sentence, so that it is read in any language."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("job", sa.Column("said", postgresql.JSONB(astext_type=sa.Text()), nullable=True), schema="catalogue")


def downgrade() -> None:
    """Undo."""
    op.drop_column("job", "said", schema="catalogue")
