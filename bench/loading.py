"""Fills a database of either engine with made-up rows, as fast as the engine takes them.

`python -m bench.loading DATABASE_URL MESSAGES` fills a new database; a million take a minute or two.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from bench.filling import COLUMNS, Load, Row, Sizes, fill
from bot.store import migrate
from bot.store.store import Store

# Rows are written as this release did; what came later is brought up to date as anybody's database is.
RELEASE = "0003"


def fill_database(url: str, sizes: Sizes, now: datetime, *, to: str = "head") -> None:
    """Make the tables and fill them; `to` is the revision of the schema that they are left with."""
    store = Store(url)
    migrate.upgrade(store, to=RELEASE)
    if store.engine.dialect.name == "sqlite":
        _fill_sqlite(store, sizes, now)
    else:
        _fill_postgres(store, sizes, now)
    migrate.upgrade(store, to=to)
    store.close()


def _fill_sqlite(store: Store, sizes: Sizes, now: datetime) -> None:
    connection: Any = store.engine.raw_connection()
    # Nobody else is there, and what is half filled is thrown away.
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN")
    handed_over = fill(_sqlite_load(connection), sizes, now)
    _point_to_cases(connection, handed_over)
    connection.execute("COMMIT")
    # Not back into the pool with those settings.
    connection.invalidate()


def _sqlite_load(connection: Any) -> Load:
    def load(table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
        connection.executemany(statement, [[_plain(value) for value in row] for row in rows])

    return load


def _plain(value: object) -> object:
    """Moments as the product writes them, so that the order of texts is that of time."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


def _fill_postgres(store: Store, sizes: Sizes, now: datetime) -> None:
    connection: Any = store.engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute("SET statement_timeout = 0")
    # A conversation and its case point to each other.
    cursor.execute("SET session_replication_role = replica")
    handed_over = fill(_postgres_load(cursor), sizes, now)
    _point_to_cases(cursor, handed_over)
    for table in COLUMNS:
        if "id" in COLUMNS[table]:
            cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608
    connection.commit()
    connection.dbapi_connection.autocommit = True
    # What the server does by itself within a minute.
    cursor.execute("VACUUM ANALYZE")
    connection.invalidate()


def _postgres_load(cursor: Any) -> Load:
    def load(table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        lines = io.StringIO()
        # None is empty, and an empty text is in quotes.
        writer = csv.writer(lines, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerows([_marked(value) for value in row] for row in rows)
        text = lines.getvalue().replace(f'"{_NOTHING}"', "")
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN CSV", io.StringIO(text))

    return load


_NOTHING = "\x01"


def _marked(value: object) -> object:
    return _NOTHING if value is None else value


def _point_to_cases(cursor: Any, handed_over: Sequence[int]) -> None:
    if handed_over:
        cursor.execute(
            "UPDATE conversations SET case_id ="
            " (SELECT id FROM cases WHERE cases.conversation_id = conversations.id)"
        )


def main() -> None:
    """Fill the database that the command line names."""
    url, messages = sys.argv[1], int(sys.argv[2])
    few = messages < 100_000
    sizes = Sizes(messages=messages, open_cases=100, longest=100 if few else 10_000)
    fill_database(url, sizes, datetime.now(timezone.utc), to=sys.argv[3] if len(sys.argv) > 3 else "head")


if __name__ == "__main__":
    main()
