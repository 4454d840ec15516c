"""The story of the district: lay out, fill, clear what collides, turn, cut to the sheets."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from geoservice.demo.district import old_town, planting, rural, urban
from geoservice.demo.district.layout import lay_out
from geoservice.demo.district.scene import (
    EXTENT,
    Array,
    Building,
    Parcel,
    Road,
    Scene,
    Site,
    Surface,
    Water,
    turned,
)

SEED = 411402
FILLS: dict[str, urban.Fill] = {
    "estate": urban.estate,
    "towers": urban.towers,
    "shops": urban.shops,
    "commerce": urban.commerce,
    "civic": urban.civic,
    "school": urban.school,
    "hospital": urban.hospital,
    "industry": urban.industry,
    "fields": rural.fields,
    "village": rural.village,
    "park": rural.park,
    "city_park": rural.city_park,
    "ring_park": rural.ring_park,
    "hill": rural.hill,
}
ROAD_CODES = {"path": "1006", "residential": "1003"}
Shaped = TypeVar("Shaped", Road, Water, Building, Surface, Parcel, Site)


@lru_cache(maxsize=1)
def district() -> Scene:
    """Return the district, cut to its extent; the same on every machine."""
    scene = Scene()
    blocks = lay_out(scene)
    for number, block in enumerate(blocks):
        FILLS[block.use](block.shape, np.random.default_rng([SEED, number]), scene)
    rng = np.random.default_rng([SEED, 999])
    old_town.old_town(rng, scene)
    for road in scene.roads:
        if road.kind in ("primary", "secondary", "tertiary"):
            scene.street_trees.append(planting.along(road.axis, road.width / 2 - 2.2, 7.5, rng))
    _clear(scene)
    _complete_parcels(scene)
    return _placed(scene)


def _clear(scene: Scene) -> None:
    """Take away buildings on water or streets, and trees on anything but open ground."""
    streets = [road.area for road in scene.roads]
    wet = [water.shape for water in scene.water]
    barred = shapely.STRtree(streets + wet)
    scene.buildings = [
        building for building in scene.buildings if not len(barred.query(building.shape, predicate="intersects"))
    ]
    walls = [building.shape.buffer(1.2) for building in scene.buildings]
    hard = [surface.shape for surface in scene.surfaces if surface.cover in NO_TREES]
    pitches = [surface.shape for surface in scene.surfaces if surface.cover in ("track", "pitch")]
    scene.trees = [_standing(np.vstack(scene.trees), walls + hard + pitches + streets + wet)]
    scene.street_trees = [_standing(np.vstack(scene.street_trees), wet)]
    scene.street_trees = [_away_from_crossings(scene.street_trees[0], scene.roads)]


NO_TREES = ("parking", "path", "fountain", "lane", "plaza")


def _standing(trees: Array, taken: Sequence[BaseGeometry]) -> Array:
    """Return the trees that stand on none of the shapes."""
    hit, _ = (
        shapely.STRtree(taken).query(np.asarray(shapely.points(trees[:, :2])), predicate="intersects").reshape(2, -1)
    )
    return np.delete(trees, np.unique(hit), axis=0)


def _away_from_crossings(trees: Array, roads: list[Road]) -> Array:
    """Return the street trees that do not stand on another street's carriageway."""
    carriage = [road.axis.buffer(road.width / 2 - 3.4, cap_style="flat") for road in roads if road.width > 8]
    return _standing(trees, carriage)


def _complete_parcels(scene: Scene) -> None:
    """Make the parcels a partition of the ground: streets and water are parcels too, the rest is green space."""
    taken: list[Parcel] = []
    covered: BaseGeometry = Polygon()
    for road in sorted(scene.roads, key=lambda road: -road.width):
        code = ROAD_CODES.get(road.kind, "1004")
        taken.append(Parcel(road.area.difference(covered), code, "state", road.name))
        covered = covered.union(road.area)
    for water in scene.water:
        taken.append(Parcel(water.shape.difference(covered), water.code, "state", water.name))
        covered = covered.union(water.shape)
    # The later of two parcels lies inside the earlier (a shrine in a wood): it is taken first.
    built = list(reversed(scene.parcels))
    tree = shapely.STRtree([parcel.shape for parcel in built])
    for number, parcel in enumerate(built):
        before = [built[other].shape for other in tree.query(parcel.shape) if other < number]
        free = parcel.shape.difference(shapely.union_all([*before, covered.intersection(parcel.shape)]))
        taken.append(replace(parcel, shape=free))
    rest = EXTENT.buffer(330).difference(shapely.union_all([parcel.shape for parcel in taken]))
    taken += [Parcel(part, "0810", "state", "公共绿地") for part in shapely.get_parts(rest)]
    scene.parcels = [
        replace(parcel, shape=part)
        for parcel in taken
        for part in shapely.get_parts(parcel.shape)
        if isinstance(part, Polygon) and part.area > 4
    ]


def _placed(scene: Scene) -> Scene:
    trees = [_inside(turned_trees(np.vstack(group))) for group in (scene.trees, scene.street_trees)]
    return Scene(
        roads=list(_cut(scene.roads, "axis")),
        water=list(_cut(scene.water, "shape")),
        buildings=[building for building in _turn(scene.buildings, "shape") if EXTENT.contains(building.shape)],
        surfaces=list(_turn(scene.surfaces, "shape")),
        parcels=list(_cut(scene.parcels, "shape")),
        sites=list(_cut(scene.sites, "shape")),
        trees=trees[:1],
        street_trees=trees[1:],
    )


def turned_trees(trees: Array) -> Array:
    """Turn the trees' places; the crowns stay."""
    return np.column_stack([turned(trees[:, :2]), trees[:, 2]])


def _inside(trees: Array) -> Array:
    return trees[shapely.contains_xy(EXTENT, trees[:, 0], trees[:, 1])]


def _turn(things: Iterable[Shaped], name: str) -> Iterable[Shaped]:
    for thing in things:
        shape = shapely.transform(getattr(thing, name), turned)
        yield replace(thing, **{name: shape})


def _cut(things: Iterable[Shaped], name: str) -> Iterable[Shaped]:
    for thing in _turn(things, name):
        for part in shapely.get_parts(getattr(thing, name).intersection(EXTENT)):
            if part.length > 1:
                yield replace(thing, **{name: part})
