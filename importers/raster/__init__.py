"""Raster files: opened safely, placed, and published as pictures in tiles or as values on their own grid."""
