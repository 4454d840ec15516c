"""The zoom of ready-cut tiles has a name of its own: a layer's column may be called z."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RENAME = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN
        SELECT table_name FROM information_schema.columns AS c
        WHERE table_schema = 'features' AND table_name LIKE '%\\_tiles' AND column_name = '{before}'
            AND EXISTS (SELECT FROM information_schema.columns AS other WHERE other.table_schema = 'features'
                AND other.table_name = c.table_name AND other.column_name = 'tile_column')
    LOOP
        EXECUTE format('ALTER TABLE features.%I RENAME COLUMN {before} TO {after}', found.table_name);
    END LOOP;
END $$
"""


def upgrade() -> None:
    """Apply."""
    op.execute(RENAME.format(before="z", after="tile_zoom"))


def downgrade() -> None:
    """Undo."""
    op.execute(RENAME.format(before="tile_zoom", after="z"))
