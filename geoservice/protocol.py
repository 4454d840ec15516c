"""HTTP as the server speaks it: uvicorn's protocol, with the shortest way of all for a tile that is kept.

A kept tile that anybody may read is answered while its request is being read (``geoservice.api.tile.kept``): no task,
no ASGI messages. Everything else goes uvicorn's way; there head and first part of an answer leave together, for a
system call costs more than anything else about a small answer. A request whose head does not come to an end is cut off.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from geoservice.api.tile.kept import KeptAnswers

HEAD_SECONDS = 20.0
"""How long the line and the headers of a request may take to arrive."""


class TileProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._ready: KeptAnswers | None = self.app_state.get("kept_answers")
        self._answered = False
        self._in_head = True
        self._head_timer: asyncio.TimerHandle | None = None
        self._date: tuple[Any, bytes] = (None, b"")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; a client that connects has a while to ask for something."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._cancel_head_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what has arrived."""
        super().data_received(data)
        if self._in_head and self._head_timer is None and self.transport is not None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._in_head, self._answered = True, False

    def on_headers_complete(self) -> None:
        """Answer at once what is ready and has its turn; hand on everything else."""
        self._in_head = False
        self._cancel_head_timer()
        found = self._find()
        if found is None:
            super().on_headers_complete()
            return
        self._answered = True
        self.transport.writelines((found[0], self._date_line(), found[1]))
        self.server_state.total_requests += 1

    def on_body(self, body: bytes) -> None:
        """Take a part of a request's body."""
        if not self._answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request; a connection that brings no other is closed after a while."""
        if not self._answered:
            super().on_message_complete()
        elif self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        cycle.transport = _HeadWithBody(cycle)  # type: ignore[assignment]
        super()._start_asgi_task(cycle, _without_chunks(cycle, app) if cycle.scope["http_version"] == "1.0" else app)

    def _find(self) -> tuple[bytes, bytes] | None:
        if (
            self._ready is None
            or self.flow.write_paused
            or (self.cycle is not None and not self.cycle.response_complete)
        ):
            return None
        parser = self.parser
        if parser.get_method() != b"GET" or parser.get_http_version() != "1.1" or not parser.should_keep_alive():
            return None
        return None if parser.should_upgrade() else self._ready.find(self.url, self.headers)

    def _date_line(self) -> bytes:
        """What ends a head: the headers that all answers have, renewed by uvicorn every second."""
        given = self.server_state.default_headers
        if given is not self._date[0]:
            self._date = given, b"".join(b"%b: %b\r\n" % header for header in given) + b"\r\n"
        return self._date[1]

    def _cancel_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()


def _without_chunks(cycle: RequestResponseCycle, app: Any) -> Any:
    """The application as HTTP/1.0 asks it: an answer of no stated length ends with the connection (RFC 9112, 6.1)."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        stated = False

        async def pass_on(message: Any) -> None:
            nonlocal stated
            if message["type"] == "http.response.start":
                stated = any(name.lower() == b"content-length" for name, _ in message["headers"])
                cycle.chunked_encoding = None if stated else False
            elif not stated:
                cycle.expected_content_length += len(message.get("body", b""))
            await send(message)

        await app(scope, receive, pass_on)

    return answer


class _HeadWithBody:
    """The transport as the answer to one request sees it: the head waits for the first part of the body."""

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._transport = cycle.transport
        self._head: bytes | None = None
        self._begun = False

    def write(self, data: bytes) -> None:
        cycle = self._cycle
        if self._begun or not cycle.response_started or cycle.scope["method"] == "HEAD":
            self._transport.write(data)  # "100 Continue" comes before the head, and nothing after that of HEAD
        elif self._head is None:
            self._head = data.replace(b"\r\nlocation: ", b"\r\nLocation: ")  # QGIS (3.40) knows it by its letters only
        else:
            self._transport.writelines((self._head, data))
            self._head, self._begun = None, True

    def close(self) -> None:
        if self._head is not None:
            self._transport.write(self._head)
            self._head = None
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()
