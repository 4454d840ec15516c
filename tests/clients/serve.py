"""Serves a database's layers: ``python -m tests.clients.serve DATABASE_URL FOLDER PORT``."""

import sys
from pathlib import Path

import uvicorn

from geoservice.database import Database
from tests.geoservice.api_app import make_app

if __name__ == "__main__":
    url, folder, port = sys.argv[1:4]
    uvicorn.run(make_app(Database(url), Path(folder)), host="127.0.0.1", port=int(port), log_level="warning")
