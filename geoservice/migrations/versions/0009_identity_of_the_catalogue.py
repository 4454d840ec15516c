"""The catalogue's identity, by which a storage knows whose it is."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "identity",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        schema="catalogue",
    )
    op.execute("INSERT INTO catalogue.identity DEFAULT VALUES")


def downgrade() -> None:
    """Undo."""
    op.drop_table("identity", schema="catalogue")
