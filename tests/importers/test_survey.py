"""The first look at a layer: its box, its heights and a sample of its vertices, of which it never keeps all."""

from collections.abc import Iterator

import numpy as np
import pytest
import shapely

from importers.batch import FeatureBatch, SourceLayer
from importers.vector.survey import SAMPLED, survey


def layer(shapes: list[shapely.Geometry]) -> SourceLayer:
    def batches() -> Iterator[FeatureBatch]:
        for start in range(0, len(shapes), 3):
            part = np.array(shapes[start : start + 3], dtype=object)
            yield FeatureBatch(part, {}, np.arange(start, start + len(part)))

    return SourceLayer("layer", (), batches, None)


@pytest.mark.parametrize("vertices", [3, 1_000, 30_000])
def test_the_box_is_that_of_all_vertices_and_the_sample_is_small_and_even(vertices: int) -> None:
    rng = np.random.default_rng(vertices)
    places = rng.normal(size=(20, vertices, 3)) * (10, 10, 100) + (115, 34, 60)
    seen = survey(layer([shapely.linestrings(one) for one in places]))
    every = places.reshape(-1, 3)
    assert seen.bounds == pytest.approx([*every[:, :2].min(axis=0), *every[:, :2].max(axis=0)])
    assert seen.heights == pytest.approx((every[:, 2].min(), every[:, 2].max()))
    assert (seen.count, seen.has_z, seen.flat) == (20, True, False)
    step = -(-len(every) // len(seen.points))
    assert np.array_equal(seen.points, every[::step, :2])
    assert min(len(every), SAMPLED) <= len(seen.points) <= 2 * SAMPLED + 1
    assert seen.points.base is None  # no view that keeps all of them


def test_a_layer_without_a_shape_has_no_box() -> None:
    seen = survey(layer([shapely.Point(), shapely.LineString()]))
    assert (seen.bounds, seen.heights, seen.has_z, len(seen.points)) == (None, None, False, 0)
