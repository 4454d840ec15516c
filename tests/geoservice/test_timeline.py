"""The stops of a slider of time, and what is here at a time."""

from datetime import date, timedelta

import pytest

from geoservice.api.timeline import MOST_STOPS
from layers.layer import Column
from tests.feature_layers import make_layer
from tests.geoservice.api_app import api_client

PLACE = "POINT(115.6 34.4)"
DAY = [Column("day", "day", "date")]


@pytest.fixture(scope="module")
def client(database, tmp_path_factory):
    def on(days):
        return [(day, PLACE) for day in days]

    with database.session() as session:
        odd = [None, "infinity", "0044-03-15 BC"]
        make_layer(session, "few", on(["2020-02-29", *odd[:1], "2019-12-31", "2020-02-29", *odd[1:]]), DAY)
        make_layer(session, "daily", on(date(2000, 1, 1) + timedelta(n) for n in range(MOST_STOPS + 1)), DAY)
        make_layer(session, "old", on(f"{1500 + n}-06-01" for n in range(MOST_STOPS + 1)), DAY)
        ends = [Column("valid_from", "valid_from", "date"), Column("valid_to", "valid_to", "date")]
        leases = [("2001-05-01", "2011-04-30", PLACE), ("2011-05-01", None, PLACE)]
        make_layer(session, "leases", leases, ends)
        late = [("2020-02-29T23:30:00+00:00", PLACE), ("2020-03-01T07:30:00+08:00", PLACE)]
        make_layer(session, "moments", late, [Column("seen", "seen", "timestamp")])
        make_layer(session, "timeless", [("a", PLACE)], [Column("name", "name", "text")])
        make_layer(session, "hidden", on(["2020-02-29"]), DAY, public=False, department="land")
        session.commit()
    with api_client(database, tmp_path_factory.mktemp("data")) as client:
        yield client


def timeline(client, layer):
    answer = client.get(f"/collections/{layer}/timeline")
    assert answer.status_code == 200, answer.text
    return answer.json()["step"], answer.json()["stops"]


def test_a_layer_stops_at_each_day_it_has_something_of_once(client):
    assert timeline(client, "few") == ("day", ["2019-12-31", "2020-02-29"])
    assert timeline(client, "moments") == ("day", ["2020-02-29"])  # both lie in that day of UTC, as `datetime` counts
    assert timeline(client, "leases") == ("day", ["2001-05-01", "2011-04-30", "2011-05-01"])


def test_of_more_days_than_a_slider_has_room_for_the_months_are_stops_and_of_more_months_the_years(client):
    step, stops = timeline(client, "daily")
    assert (step, stops[0], stops[-1], len(stops)) == ("month", "2000-01", "2001-02", 14)
    step, stops = timeline(client, "old")
    assert (step, stops[0], stops[-1], len(stops)) == ("year", "1500", "1900", MOST_STOPS + 1)


def test_a_layer_without_time_has_no_stops_and_one_that_is_not_public_is_not_there(client):
    assert timeline(client, "timeless") == ("day", [])
    assert client.get("/collections/hidden/timeline").status_code == 404
    links = {layer["id"]: layer["links"]["timeline"] for layer in client.get("/catalogue").json()["layers"]}
    assert links["few"].endswith("/collections/few/timeline")
    assert links["timeless"] is None


def test_what_is_here_at_a_time_is_what_there_was_and_what_has_no_time(client):
    def here(datetime):
        asked = f"/what-is-here?lon=115.6&lat=34.4&layers=leases,timeless,few&datetime={datetime}"
        answer = client.get(asked)
        assert answer.status_code == 200, answer.text
        return {one["layer"]: sorted(found["id"] for found in one["features"]) for one in answer.json()["answers"]}

    assert here("2005-01-01") == {"leases": [1], "timeless": [1], "few": [2]}
    assert here("2011-01-01/2012-01-01") == {"leases": [1, 2], "timeless": [1], "few": [2]}
    assert here("../2019-12-31") == {"leases": [1, 2], "timeless": [1], "few": [2, 3, 6]}
    refused = client.get("/what-is-here?lon=115.6&lat=34.4&datetime=yesterday")
    assert (refused.status_code, "datetime" in refused.text) == (400, True)
