"""Who asks: tokens, callers, and the view each caller has.

A token is 256 random bits shown once; the database keeps its SHA-256. Rights are checked before any cache is read.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from geoservice.database import Database
from geoservice.errors import NotAuthenticated
from layers.errors import NotAllowed
from layers.models import Base
from layers.sentences import say
from layers.tables import Statement
from layers.views import PUBLIC, View

PREFIX = "gs_"
REMEMBERED_S = 15.0
"""How long a process trusts a token it has looked up: a revoked one works at most this much longer."""


class TokenRow(Base):
    """A token's hash and what it allows. ``departments`` may hold ``*``."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    departments: Mapped[list[Any]]
    write: Mapped[bool]
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    revoked: Mapped[datetime | None]


@dataclass(frozen=True)
class Caller:
    """Who asks. ``view`` is what they may read, ``write`` whether they may import and delete there."""

    name: str
    view: View
    write: bool = False

    def may_write(self, department: str) -> bool:
        """Tell whether the caller may write layers of a department."""
        return self.write and bool({"*", department} & self.view.departments)

    def require_write(self, department: str | None = None) -> None:
        """Let pass only who may write (in the department).

        Raises:
            NotAuthenticated: nobody in particular asks.
            NotAllowed: the token only reads, or only for other departments.
        """
        if self is ANONYMOUS:
            raise NotAuthenticated(say("token-to-write"))
        if not self.write or (department is not None and not self.may_write(department)):
            raise NotAllowed(
                say("token-not-for", token=self.name, department=department)
                if department
                else say("token-not-writing", token=self.name)
            )


ANONYMOUS = Caller("anonymous", PUBLIC)


def create_token(
    session: Session, name: str, departments: list[str], *, write: bool, expires: datetime | None = None
) -> str:
    """Make a token and return it, the only time it is seen."""
    token = PREFIX + secrets.token_urlsafe(32)
    session.add(
        TokenRow(
            name=name,
            sha256=_hash(token),
            departments=departments,
            write=write,
            created=datetime.now(UTC),
            expires=expires,
        )
    )
    session.flush()
    return token


def list_tokens(session: Session) -> list[TokenRow]:
    """Return all tokens, newest first; the tokens themselves are not known."""
    return list(session.scalars(select(TokenRow).order_by(TokenRow.id.desc())))


def revoke_token(session: Session, token_id: int) -> bool:
    """Revoke a token by id; False when there is none."""
    row = session.get(TokenRow, token_id)
    if row is None:
        return False
    row.revoked = datetime.now(UTC)
    session.flush()
    return True


@dataclass
class Callers:
    """Looks tokens up, remembering the answers for a moment."""

    database: Database
    _known: dict[str, tuple[float, Caller]] = field(default_factory=dict)

    async def identify(self, authorization: str | None) -> Caller:
        """Return who sends this ``Authorization`` header; no header is anonymous.

        Raises:
            NotAuthenticated: the header is not a valid token.
        """
        if not authorization:
            return ANONYMOUS
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.startswith(PREFIX):
            raise NotAuthenticated(say("token-wanted"))
        digest = _hash(token.strip())
        known = self._known.get(digest)
        if known and known[0] > time.monotonic():
            return known[1]
        caller = await self._look_up(digest)
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[digest] = (time.monotonic() + REMEMBERED_S, caller)
        return caller

    async def _look_up(self, digest: str) -> Caller:
        rows = await self.database.rows(
            Statement(
                "SELECT name, departments, write FROM catalogue.token WHERE sha256 = %(digest)s AND revoked IS NULL "
                "AND (expires IS NULL OR expires > now())",
                {"digest": digest},
            )
        )
        if not rows:
            raise NotAuthenticated(say("token-unknown"))
        name, departments, write = rows[0]
        return Caller(name, View(frozenset(departments)), write)


def _hash(token: str) -> str:
    # A fast hash is right here: the token is 256 random bits, there is nothing to guess.
    return hashlib.sha256(token.encode()).hexdigest()
