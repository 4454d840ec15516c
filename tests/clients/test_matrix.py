"""docs/clients.md has the shape of the tests: the same clients, the same columns, and no failed cell."""

from tests.clients.matrix import COLUMNS, PAGE, ROWS


def test_the_page_has_every_client_and_every_column():
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    assert rows[0] == ["client", "version", *COLUMNS], "run make clients"
    assert [row[0] for row in rows[1:]] == list(ROWS), "run make clients"
    assert all(len(row) == 2 + len(COLUMNS) for row in rows)


def test_no_cell_says_that_a_client_failed():
    assert "✗" not in PAGE.read_text(encoding="utf-8")
