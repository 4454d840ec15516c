"""Alembic's entry: run on the connection the program hands over."""

from alembic import context

from geoservice import auth, jobs  # noqa: F401 - their tables belong to the metadata
from layers.models import SCHEMA, Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table_schema=SCHEMA,
    include_schemas=True,
)
with context.begin_transaction():
    context.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    context.run_migrations()
