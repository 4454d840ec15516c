"""The notebook's side: a city's layers as GeoDataFrames and xarray windows.

    from geoservice.client import City

    city = City("http://127.0.0.1:8000")
    parcels = city.layer("parcels").read(bbox=(115.6, 34.4, 115.7, 34.5))
    heights = city.layer("dem").window(bbox=(115.6, 34.4, 115.7, 34.5))

It speaks the public API and needs nothing of the server's: only ``httpx2``, ``geopandas``, ``rioxarray``.
"""

from geoservice.client.city import City
from geoservice.client.layer import Layer
from geoservice.client.picture import Picture
from geoservice.client.service import ServiceError

__all__ = ["City", "Layer", "Picture", "ServiceError"]
