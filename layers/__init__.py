"""The catalogue: what the city has, on which frame, in which version, and how to ask it.

Lowest package of the four: it knows SQLAlchemy, PostGIS and PROJ; no HTTP, no settings source and no file format.
"""

from layers import edit_wording, query_wording, sentences, validity, wording

for table in (wording, query_wording, edit_wording, validity):
    sentences.add(table.SENTENCES)
