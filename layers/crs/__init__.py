"""Coordinate systems and the operations between them, planes and true areas."""
