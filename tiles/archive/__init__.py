"""Tiles drawn ahead of time: planned, drawn in parallel, kept in archives and found there."""
