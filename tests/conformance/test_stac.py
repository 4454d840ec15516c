"""What stac-api-validator asks of times, and an item found by its own."""

from urllib.parse import quote

import pytest


@pytest.mark.parametrize(
    "time",
    ["1985-04-12", "1937-01-01T12:00:27.87+0100", "37-01-01T12:00:27.87Z", "1985-12-12T23:20:50.52",
     "21985-12-12T23:20:50.52Z", "1985-13-12T23:20:50.52Z", "1985-12-32T23:20:50.52Z", "1985-12-01T25:20:50.52Z",
     "1985-12-01T00:60:50.52Z",
     "1985-12-01T00:06:61.52Z", "1985-04-12T23:20:50.Z", "1985-04-12T23:20:50,Z",
     "1986-04-12T23:20:50.52Z/1985-04-12T23:20:50.52Z",
     "1990-12-31T23:59:61Z", "1985-04-12T23:20:50,52Z", "../..", "/", "a/b/c"],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(site, time):
    for answer in (
        site.get(f"/stac/search?datetime={quote(time)}"),
        site.client.post(f"{site.base}/stac/search", json={"datetime": time}),
    ):
        assert answer.status_code == 400, time
        assert answer.json()["parameter"] == "datetime"


@pytest.mark.parametrize(
    "time",
    ["1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-00:00", "1996-12-19T16:39:57+00:00", "1996-12-19T16:39:57-08:00",
     "../1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.52Z/..", "/1985-04-12T23:20:50Z", "1985-04-12T23:20:50Z/",
     "1985-04-12t23:20:50.000z", "1937-01-01T12:00:27.8710+01:00/2037-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_time_of_rfc_3339_is_understood(site, time):
    assert site.get(f"/stac/search?datetime={quote(time)}").status_code == 200


def test_an_item_is_found_by_its_own_time_box_and_id(site):
    (item,) = site.json("/stac/collections/picture/items")["features"]
    for query in (
        f"datetime={item['properties']['datetime']}",
        f"ids={item['id']}&collections=picture",
        "bbox=10,10,20,20&collections=picture",
    ):
        found = site.json(f"/stac/search?{query}")["features"]
        assert item["id"] in [one["id"] for one in found if one["collection"] == "picture"], query
