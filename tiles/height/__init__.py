"""Tiles of heights: shading, slope, relief, contours, and profiles."""
