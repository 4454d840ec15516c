"""Datum transforms that the city supplies: their registry, their mathematics, and fitting them to control points."""
