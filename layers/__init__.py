"""The catalogue: what the city has, on which frame, in which version, and how to ask it.

Lowest package of the four: it knows SQLAlchemy, PostGIS and PROJ; no HTTP, no settings source and no file format.
"""

from layers import sentences, validity
from layers.wording import TABLES

for table in (*TABLES, validity.SENTENCES):
    sentences.add(table)
