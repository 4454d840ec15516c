"""Colour maps and palettes."""

import numpy as np
import pytest

from layers.layer import Band, RasterFacts
from tiles.errors import BadRendering
from tiles.raster.colormaps import NAMES, named, palette


@pytest.mark.parametrize("name", NAMES)
def test_every_named_map_is_256_colours(name: str) -> None:
    colours = named(name)
    assert colours.shape == (256, 3)
    assert colours.dtype == np.uint8
    assert len(np.unique(colours, axis=0)) > 60


def test_viridis_runs_from_violet_to_yellow_in_red_green_blue() -> None:
    assert np.abs(named("viridis")[0].astype(int) - [68, 1, 84]).max() <= 2
    assert np.abs(named("viridis")[-1].astype(int) - [253, 231, 37]).max() <= 2


def test_an_unknown_map_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadRendering, match="viridis"):
        named("jet2")


def test_a_palette_is_looked_up_by_value_and_the_rest_is_transparent() -> None:
    facts = RasterFacts((Band("1", "uint8"),), 1.0, colormap={2: (1, 2, 3, 255), 300: (9, 9, 9, 255)})
    colours = palette(facts)
    assert colours.shape == (65536, 4)
    assert colours[2].tolist() == [1, 2, 3, 255]
    assert colours[300].tolist() == [9, 9, 9, 255]
    assert colours[3].tolist() == [0, 0, 0, 0]
