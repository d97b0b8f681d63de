"""`python -m bench.harness.bare`: what a webhook costs at the least.

An aiohttp handler that writes the body of a request as one row, waits for the commit, and answers:
no signature, no parsing, no look whether the row is there already. The database is of the same
kind, with the same durability, and is written to by the same driver.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import click
import psycopg2  # type: ignore[import-untyped]  # it ships no types
from aiohttp import web
from sqlalchemy.engine import make_url

from bench.harness.processes import LOOPBACK

_TABLE = "CREATE TABLE IF NOT EXISTS bare (id {} PRIMARY KEY, body TEXT NOT NULL)"
# As many as the product's own connections that write.
_POSTGRES_WRITERS = 12

Write = Callable[[str], None]


def sqlite_writer(file: str) -> Write:
    """Writes rows to a file; every commit waits for the disk."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(_TABLE.format("INTEGER"))

    def write(body: str) -> None:
        connection.execute("INSERT INTO bare (body) VALUES (?)", (body,))

    return write


def postgres_writer(url: str) -> Write:
    """Writes rows over a connection for each thread."""
    own = threading.local()

    def connect() -> psycopg2.extensions.connection:
        connection = psycopg2.connect(url)
        connection.autocommit = True
        return connection

    with connect() as first, first.cursor() as cursor:
        cursor.execute(_TABLE.format("BIGSERIAL"))

    def write(body: str) -> None:
        if not hasattr(own, "connection"):
            own.connection = connect()
        with own.connection.cursor() as cursor:
            cursor.execute("INSERT INTO bare (body) VALUES (%s)", (body,))

    return write


def application(write: Write, writers: int) -> web.Application:
    """The server; `write` is called in one of so many threads."""
    threads = ThreadPoolExecutor(writers)

    async def take(request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        await asyncio.get_running_loop().run_in_executor(threads, write, body)
        return web.json_response({"ok": True})

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    app = web.Application()
    app.add_routes([web.get("/health", health), web.post("/{path:.*}", take)])
    return app


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--database", required=True, help="The URL of a database, as in DATABASE_URL.")
def command(port: int, database: str) -> None:
    """Serve until told to stop."""
    url = make_url(database)
    if url.get_backend_name() == "sqlite":
        app = application(sqlite_writer(url.database or ""), 1)
    else:
        app = application(postgres_writer(database), _POSTGRES_WRITERS)
    web.run_app(app, host=LOOPBACK, port=port, access_log=None, print=None)


if __name__ == "__main__":
    command()
