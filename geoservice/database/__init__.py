"""The database: connections and how requests read by them, the schema, the private cluster, backup and restore."""

from geoservice.database.connections import REQUEST_SETTINGS, Database

__all__ = ["REQUEST_SETTINGS", "Database"]
