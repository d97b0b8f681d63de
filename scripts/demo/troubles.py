"""What goes wrong with accounts, and in our own code."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from bot.store import accounts, set_aside
from bot.store.accounts import AccountState
from bot.store.set_aside import Failed


def trouble(connection: Connection, now: datetime) -> None:
    """An account whose token died, and two things on which our own code failed."""
    ago = timedelta(minutes=55)
    state = AccountState(
        channel="telegram", account="nimbea_fr", state="stopped", reason="refused", since=now - ago
    )
    accounts.put(connection, state)
    request = Failed(
        channel="telegram",
        account="nimbea_uk",
        digest="made up",
        body='{"update_id": 81723, "message": {"chat": {"id": 12}, "text": "Good morning"}}',
        error="KeyError at bot/channels/telegram/parse.py:141 in _message",
    )
    for _ in range(set_aside.TRIES + 1):
        set_aside.count_request(connection, request, now - 3 * ago)
    set_aside.put_turn(
        connection,
        2,
        channel="telegram",
        account="nimbea_uk",
        error="ValueError at bot/conversation/compose.py:88 in outcome",
        attempts=5,
        now=now - ago,
    )
