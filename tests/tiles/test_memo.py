"""The memo by identity."""

from tiles.memo import Memo


def test_equal_but_different_objects_are_told_apart_and_the_same_one_is_known() -> None:
    memo: Memo[int] = Memo(10)
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    a, b = [1, 2], [1, 2]
    assert (memo.get(make, a), memo.get(make, b), memo.get(make, a)) == (1, 2, 1)


def test_the_oldest_is_forgotten_and_an_identity_never_comes_back_as_another_object() -> None:
    memo: Memo[object] = Memo(3)
    for _ in range(200):
        thing = object()
        assert memo.get(lambda thing=thing: id(thing), thing) == id(thing)
