"""Tiles and windows of layers, as plain functions over values: grids, raster drawing, terrain, vector tiles.

Nothing here knows HTTP, settings or the command line. numpy's BLAS must run on one thread (``OPENBLAS_NUM_THREADS=1``):
the variable is read when numpy is first imported, so the process that serves tiles sets it before any import of ours.
"""

from layers import sentences
from tiles import wording

sentences.add(wording.SENTENCES)
