"""Which errors say that the database is away, and which that our code is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.store.faults import is_away


class Refused(Exception):
    """As psycopg2 tells it."""

    def __init__(self, words: str, pgcode: str | None = None) -> None:
        super().__init__(words)
        self.pgcode = pgcode


def failed(words: str, code: str | None = None, **more: Any) -> DBAPIError:
    return OperationalError("SELECT 1", {}, Refused(words, code), **more)


@pytest.mark.parametrize(
    "error",
    [
        failed("database is locked"),
        failed("database or disk is full"),
        failed("connection refused"),
        failed("too many connections", "53300"),
        failed("the server is shutting down", "57P01", connection_invalidated=True),
    ],
)
def test_what_works_again_later_is_the_databases_fault(error: DBAPIError) -> None:
    assert is_away(error)


@pytest.mark.parametrize(
    "error",
    [
        failed("no such column: nowhere"),
        failed('near "SELEC": syntax error'),
        failed("canceling statement due to statement timeout", "57014"),
        failed("target lists can have at most 1664 entries", "54011"),
        ValueError("ours"),
    ],
)
def test_what_fails_every_time_is_ours(error: Exception) -> None:
    assert not is_away(error)
