"""docs/clients.md has the shape of the tests: the same clients, the same columns, and no failed cell."""

import os

import pytest

from tests.clients.matrix import COLUMNS, PAGE, ROWS

REMEDY = "docs/clients.md is older than tests/clients/matrix.py: run make clients, which writes it, and commit it"


@pytest.mark.skipif("GEOSERVICE_WRITE_CLIENTS" in os.environ, reason="this run writes the page when it ends")
def test_the_page_has_every_client_and_every_column():
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    assert rows[0] == ["client", "version", *COLUMNS], REMEDY
    assert [row[0] for row in rows[1:]] == list(ROWS), REMEDY
    assert all(len(row) == 2 + len(COLUMNS) for row in rows), REMEDY


def test_no_cell_says_that_a_client_failed():
    assert "✗" not in PAGE.read_text(encoding="utf-8")
