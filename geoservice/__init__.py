"""The application: the only package that knows HTTP, the command line, settings sources and passwords."""

import os

# Small matrix products spin on every core otherwise and cost several times the tile. numpy reads this when it is first
# imported, so it stands here, before anything of the application can have imported it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from geoservice import faults
from geoservice.wording import TABLES
from layers import sentences

for table in (*TABLES, faults.SENTENCES):
    sentences.add(table)
__version__ = "0.1.0"
