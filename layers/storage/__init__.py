"""Where files of layers live: a folder or a bucket, marked with its catalogue; read whole or by ranges."""

from layers.storage.folder import Kept, Storage

__all__ = ["Kept", "Storage"]
