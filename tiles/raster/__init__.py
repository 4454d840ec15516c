"""Raster tiles and windows: files kept open, sampled or warped onto a canvas, stretched and encoded."""
