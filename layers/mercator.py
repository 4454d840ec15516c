"""The plane of web maps (EPSG:3857): its code, its width, where it ends."""

MERCATOR_SRID = 3857
WORLD = 40075016.685578488
"""Width of the world, metres: the circumference of WGS 84's equator."""
MOST_NORTH = 85.05112877980659
"""Latitude, degrees, at which the plane is as high as it is wide; what lies beyond is drawn at its edge."""
