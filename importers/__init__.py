"""Importers: whatever the city hands in is brought onto the frame, counted, and published in one stroke."""

from importers.wording import TABLES
from layers import sentences

for table in TABLES:
    sentences.add(table)
