"""Alembic's entry: run on the connection the program hands over."""

from alembic import context

from geoservice import auth  # noqa: F401 - its table belongs to the metadata
from geoservice.jobs import queue  # noqa: F401 - its table belongs to the metadata
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
