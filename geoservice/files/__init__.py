"""Features as files: written in every format, whole layers by a worker."""
