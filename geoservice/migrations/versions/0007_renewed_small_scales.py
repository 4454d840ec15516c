"""Up to which edit the dissolved small scales of a version were renewed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "version", sa.Column("renewed", sa.BigInteger(), server_default="0", nullable=False), schema="catalogue"
    )


def downgrade() -> None:
    """Undo."""
    op.drop_column("version", "renewed", schema="catalogue")
