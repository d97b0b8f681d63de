"""Inserts that several may do at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert


class _InsertNew(Insert):
    """SQLAlchemy's own ON CONFLICT would be compiled anew each time, which costs more than it does."""

    inherit_cache = True


@compiles(_InsertNew)  # type: ignore[untyped-decorator]  # the stubs do not type it
def _compile(statement: _InsertNew, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.visit_insert(statement, **options)} ON CONFLICT DO NOTHING"


def insert_new(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless there is one of that key; whether there was none.

    Who inserts the same at the same moment is waited for, and then counts as there.
    """
    return bool(connection.execute(_statement(table), values).rowcount == 1)


def insert_new_from(table: Table, columns: Sequence[str], query: Select) -> Insert:
    """A statement that does the same with the rows of a query, which must have a condition.

    Else SQLite would take `ON CONFLICT` for a join's (https://www.sqlite.org/lang_upsert.html).
    """
    statement: Insert = _InsertNew(table).from_select(list(columns), query).inline()
    return statement


@cache
def _statement(table: Table) -> Insert:
    # Inline: nothing is returned, for there may be nothing.
    statement: Insert = _InsertNew(table).inline()
    return statement
