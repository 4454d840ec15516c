"""The catalogue: what the city has, on which frame, in which version, and how to ask it.

Lowest package of the four. It knows SQLAlchemy, PostGIS and PROJ; it knows no HTTP, no settings source and no file format.
"""
