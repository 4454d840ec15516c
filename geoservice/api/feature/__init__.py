"""Features over HTTP: collections, pages of items, files, edits."""
