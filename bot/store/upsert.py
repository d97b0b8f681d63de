"""Inserts that several may do at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.sql.dml import Insert

_INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def insert_new(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless there is one of that key; whether there was none.

    Who inserts the same at the same moment is waited for, and then counts as there.
    """
    return bool(connection.execute(_statement(connection.dialect.name, table), values).rowcount == 1)


@lru_cache
def _statement(dialect: str, table: Table) -> Insert:
    statement: Insert = _INSERTS[dialect](table).on_conflict_do_nothing()
    return statement
