"""Serves a database's layers and logs what is asked: ``python -m tests.clients.serve DATABASE_URL FOLDER PORT``."""

import sys
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from geoservice.database import Database
from geoservice.protocol import TileProtocol
from tests.geoservice.api_app import make_app


class Logged:
    """Writes each request's method, path and query to a file."""

    def __init__(self, app: ASGIApp, path: Path) -> None:
        self.app, self.log = app, path.open("a", buffering=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.log.write(f"{scope['method']} {scope['path']}?{scope['query_string'].decode()}\n")
        await self.app(scope, receive, send)


if __name__ == "__main__":
    url, folder, port = sys.argv[1:4]
    app = Logged(make_app(Database(url), Path(folder)), Path(folder) / "access.log")
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", http=TileProtocol)
