"""Tokens: shown once, kept as a hash, bounded by department, gone when revoked or expired."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from geoservice.auth import ANONYMOUS, Caller, Callers, create_token, list_tokens, revoke_token
from geoservice.database import Database
from geoservice.errors import NotAuthenticated
from layers.errors import NotAllowed
from layers.views import ALL, View

Identify = Callable[[str | None], Caller]


@pytest.fixture
def identify(database: Database) -> Identify:
    """Ask a fresh process who sends a header."""

    def ask(header: str | None) -> Caller:
        async def look() -> Caller:
            fresh = Database(database.url.render_as_string(hide_password=False), 2)
            await fresh.open()
            try:
                return await Callers(fresh).identify(header)
            finally:
                await fresh.close()

        return asyncio.run(look())

    return ask


def make(database: Database, name: str = "land bureau", expires: datetime | None = None, write: bool = True) -> str:
    with database.session() as session:
        token = create_token(session, name, ["land"], write=write, expires=expires)
        session.commit()
        return token


def test_a_token_tells_who_asks_and_the_database_does_not_hold_it(database: Database, identify: Identify) -> None:
    token = make(database)
    assert identify(f"Bearer {token}") == Caller("land bureau", View(frozenset({"land"})), True)
    with database.session() as session:
        kept = session.scalar(text("SELECT string_agg(t::text, ' ') FROM catalogue.token t"))
    assert token not in kept
    assert token[3:] not in kept


def test_nobody_in_particular_is_anonymous(identify: Identify) -> None:
    assert identify(None) is ANONYMOUS


@pytest.mark.parametrize("header", ["Bearer gs_wrong", "Basic YTpi", "gs_", "Bearer x", "Bearer gs_' OR 1=1 --"])
def test_a_wrong_token_is_told_so_not_taken_for_nobody(identify: Identify, header: str) -> None:
    with pytest.raises(NotAuthenticated):
        identify(header)


def test_a_revoked_or_expired_token_opens_nothing(database: Database, identify: Identify) -> None:
    gone = make(database, "gone")
    with database.session() as session:
        assert revoke_token(session, list_tokens(session)[0].id)
        assert not revoke_token(session, 10**6)
        session.commit()
    late = make(database, "late", expires=datetime.now(UTC) - timedelta(seconds=1))
    for token in (gone, late):
        with pytest.raises(NotAuthenticated, match="unknown, expired or revoked"):
            identify(f"Bearer {token}")


def test_writing_is_bounded_by_department_and_by_the_token() -> None:
    land = Caller("land", View(frozenset({"land"})), True)
    land.require_write("land")
    Caller("all", View(frozenset({"*"})), True).require_write("heritage")
    with pytest.raises(NotAllowed, match="may not write for heritage"):
        land.require_write("heritage")
    with pytest.raises(NotAllowed):
        Caller("reader", View(frozenset({"land"}))).require_write("land")
    with pytest.raises(NotAuthenticated):
        ANONYMOUS.require_write()


def test_callers_of_different_rights_share_no_answer() -> None:
    """By the key of a view answers, files and jobs are told apart."""
    views = [View(), View(frozenset({"land"})), View(frozenset({"land", "water"})), View(frozenset({"water"})), ALL]
    assert len({view.key for view in views}) == len(views)
    assert View(frozenset(["water", "land"])).key == View(frozenset(["land", "water"])).key
