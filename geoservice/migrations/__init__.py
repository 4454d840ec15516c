"""The schema's history, brought forward by Alembic (``geoservice.database.schema``)."""
