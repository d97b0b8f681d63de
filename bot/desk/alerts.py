"""What every page shows: accounts that cannot send, mentions that wait, and how much was set aside."""

from __future__ import annotations

from aiohttp import web
from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.brand import Brand
from bot.store import accounts, mentions, set_aside
from bot.store.accounts import AccountState
from bot.store.mentions import Counts
from bot.store.rows import Agent


class Alerts(Struct, frozen=True, kw_only=True):
    """What one agent is shown; what was set aside is for supervisors."""

    stopped: tuple[AccountState, ...] = ()
    set_aside: int = 0
    mentions: Counts = Counts()


ALERTS: web.RequestKey[Alerts] = web.RequestKey("alerts", Alerts)


def look(connection: Connection, agent: Agent, brand: Brand) -> Alerts:
    """How it stands now; of accounts that were taken out of the brand nobody waits for anything."""
    supervises = agent.role == "supervisor"
    return Alerts(
        stopped=tuple(
            each for each in accounts.stopped(connection) if brand.account(each.channel, each.account)
        ),
        set_aside=set_aside.count(connection) if supervises else 0,
        mentions=mentions.counts(connection),
    )
