"""The walled town: lanes, courtyard houses with grey tiled roofs, a temple and the prefecture's office."""

import numpy as np
import shapely
from shapely import Polygon, box

from geoservice.demo.district.layout import TOWN_CENTRE, WALL_INNER
from geoservice.demo.district.planting import scatter
from geoservice.demo.district.scene import Building, Parcel, Scene, Surface, polygon
from geoservice.demo.district.urban import cells


def old_town(rng: np.random.Generator, scene: Scene) -> None:
    """Fill the walled town: lanes, courtyard houses with grey tiled roofs, a temple and the prefecture's office."""
    scene.surfaces.append(Surface(WALL_INNER, "lane"))
    relics = [polygon(site.shape) for site in scene.sites if site.zone == "relic" and site.shape.within(WALL_INNER)]
    for relic, name in zip(relics, ("文庙大成殿（虚构）", "府衙旧址（虚构）"), strict=True):
        court = relic.buffer(24, join_style="mitre")
        scene.parcels.append(Parcel(court, "0807", "state", "府前街"))
        scene.surfaces.append(Surface(court, "paving"))
        scene.buildings.append(Building(relic, "heritage", 1, 12.0, "temple", name))
        scene.trees.append(scatter(court, 11, rng, (2.5, 4.5)))
    taken = shapely.union_all([relic.buffer(26, join_style="mitre") for relic in relics])
    x, y = TOWN_CENTRE
    west, south, east, north = WALL_INNER.bounds
    quarters = (
        box(west, south, x - 6, y - 6),
        box(x + 6, south, east, y - 6),
        box(west, y + 6, x - 6, north),
        box(x + 6, y + 6, east, north),
    )
    for quarter in quarters:
        for ward in cells(quarter.buffer(-5, join_style="mitre"), 84, 66):
            inner = box(*ward).buffer(-2.6, join_style="mitre")
            for plot in cells(inner, 19.5, 20.5):
                yard = box(*plot)
                if not yard.intersects(taken):
                    _courtyard(yard, rng, scene)


def _courtyard(plot: Polygon, rng: np.random.Generator, scene: Scene) -> None:
    west, south, east, north = plot.bounds
    scene.parcels.append(Parcel(plot, "0701", "person", "古城"))
    scene.surfaces.append(Surface(plot, str(rng.choice(["court", "court", "court", "soil"]))))
    tall, middle = float(rng.choice([4.2, 4.6, 7.4])), (south + north) / 2
    houses = [box(west + 0.6, north - 6.8, east - 0.6, north - 0.5)]
    if rng.random() < 0.85:
        houses.append(box(west + 0.6, south + 6.2, west + 5.4, north - 7.4))
    if rng.random() < 0.75:
        houses.append(box(east - 5.4, south + 6.2, east - 0.6, north - 7.4))
    if rng.random() < 0.8:
        houses.append(box(west + 0.6, south + 0.6, east - 0.6, south + 5.4))
    for number, house in enumerate(houses):
        roof = "gable_grey" if rng.random() < 0.86 else str(rng.choice(["gable_red", "flat"]))
        height = tall if number == 0 else 3.8
        kind = "commercial" if rng.random() < 0.06 else "residential"
        scene.buildings.append(Building(house, kind, 2 if height > 7 else 1, height, roof))
    if rng.random() < 0.4:
        scene.trees.append(np.array([[(west + east) / 2, middle + rng.uniform(-2, 2), rng.uniform(1.6, 3.0)]]))
