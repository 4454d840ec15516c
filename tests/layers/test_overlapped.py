"""Work in threads: in order, and nothing is fetched while what is heavy is under way."""

from collections.abc import Iterator

from layers.overlapped import AHEAD, overlapped

WEIGHTS = [0.0, 0.0, 1.0, 0.0, 2.0, 3.0, 0.4, 0.4, 0.4, *[0.0] * (2 * AHEAD)]


def test_values_come_in_order_and_none_is_taken_before_a_heavy_one_is_done() -> None:
    done: set[int] = set()

    def values() -> Iterator[int]:
        for value in range(len(WEIGHTS)):
            under_way = [one for one in range(value) if one not in done]
            assert sum(WEIGHTS[one] for one in under_way) < 1.0
            yield value

    def work(value: int) -> int:
        done.add(value)
        return value

    assert list(overlapped(work, values(), WEIGHTS.__getitem__)) == list(range(len(WEIGHTS)))
    assert len(done) == len(WEIGHTS)
