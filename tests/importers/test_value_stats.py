"""What is known of a layer's values: limits of all, a stretch of a sample that does not grow with the sheets."""

import numpy as np
import pytest

from importers.raster.value_stats import SAMPLE, Sampler


def kept(sampler: Sampler) -> int:
    return sum(len(values) for kept in sampler._kept for values in kept)


@pytest.mark.parametrize("bands", [1, 4])
def test_a_sample_of_many_sheets_is_bounded_and_tells_limits_and_stretch(bands: int) -> None:
    random = np.random.default_rng(3)
    layer, whole = Sampler(bands), []
    for number in range(12):
        side = 243 if number % 2 else 1024  # a power of three wide: what thins must not take single columns
        sheet, planes = Sampler(bands), random.normal(100 + number, 5, (bands, side, side)).astype("float32")
        planes += np.linspace(0, 50, side, dtype="float32")
        sheet.add(planes, None)
        layer.take(sheet)
        whole.append(planes.reshape(bands, -1))
        assert kept(sheet) <= SAMPLE
    assert kept(layer) <= SAMPLE
    everything = np.concatenate(whole, axis=1)
    assert layer.pixels == layer.valid == everything.shape[1]
    for band, values in zip(layer.bands(), everything, strict=True):
        assert (band.lowest, band.highest) == (values.min(), values.max())
        assert band.stretch == pytest.approx(np.percentile(values, (2, 98)), abs=0.5)


def test_a_large_sheet_counts_by_its_pixels_whichever_comes_first() -> None:
    small, large = Sampler(1), Sampler(1)
    small.add(np.zeros((1, 100, 100), "int16"), None)
    for _ in range(4):
        large.add(np.arange(1_000_000, dtype="int32").reshape(1, 1000, 1000) % 1000, None)
    for order in ((small, large), (large, small)):
        layer = Sampler(1)
        for one in order:
            layer.take(one)
        assert layer.bands()[0].stretch == pytest.approx((18, 980), abs=3)


def test_what_has_no_data_is_not_counted() -> None:
    sampler = Sampler(1)
    assert sampler.bands()[0].stretch is None
    sampler.add(np.array([[[1.0, np.nan], [5.0, -9999.0]]]), np.array([[255, 255], [255, 0]], np.uint8))
    assert sampler.valid == 3
    assert sampler.bands()[0].lowest == 1.0
    assert sampler.bands()[0].highest == 5.0
