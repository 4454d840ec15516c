"""What is counted in plain numbers arrives at Prometheus as if it had been told of each request."""

import asyncio

import numpy as np
import pytest
from prometheus_client import REGISTRY, CollectorRegistry, Histogram

from geoservice.api import counting
from geoservice.api.counting import BUCKETS, Counting


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_seconds_fall_into_the_buckets_that_prometheus_itself_would_choose() -> None:
    reference = CollectorRegistry()
    observed = Histogram("seconds", "each told", buckets=BUCKETS, registry=reference)
    times = [*np.random.default_rng(1).lognormal(-4, 3, 500).tolist(), *BUCKETS, 0.0]

    async def count() -> None:
        own = Counting()
        for took in times:
            own.count("test-counting", 200, took, 7)
        own.hand_over()
        own.hand_over()  # nothing is told twice

    asyncio.run(count())
    for took in times:
        observed.observe(took)
    for metric in reference.collect():
        for sample in metric.samples:
            if not sample.name.endswith("_created"):
                name = sample.name.replace("seconds", "geoservice_request_seconds")
                found = _value(name, family="test-counting", **sample.labels)
                assert np.isclose(found, sample.value), sample
    assert _value("geoservice_requests_total", family="test-counting", status="200") == len(times)
    assert _value("geoservice_response_bytes_total", family="test-counting") == 7 * len(times)


def test_numbers_are_handed_over_without_anybody_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    async def begun() -> tuple[float, float]:
        own = Counting()
        own.begin()
        await asyncio.sleep(0.05)
        during = _value("geoservice_requests_in_progress")
        own.end("test-handed", 404, 0.1, 0)
        await asyncio.sleep(0.05)
        return during, _value("geoservice_requests_in_progress")

    monkeypatch.setattr(counting, "EVERY_S", 0.01)
    assert asyncio.run(begun()) == (1, 0)
    assert _value("geoservice_requests_total", family="test-handed", status="404") == 1
