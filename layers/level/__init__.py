"""Generalised levels of vector layers: made once at publish, renewed behind edits, so that a tile's cost is bounded."""
