"""The supervisors' page of the brand's accounts: which work, which are off, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from aiohttp import web
from babel.core import Locale
from babel.dates import get_day_names
from msgspec import Struct, structs
from sqlalchemy.engine import Connection

from bot.brand import Account, Hours
from bot.brand.hours import WEEK
from bot.desk import live
from bot.desk.context import Desk, desk_of, speech_of
from bot.desk.guard import require_supervisor
from bot.desk.live import Snapshot
from bot.desk.pages import page, parts, render
from bot.errors import SettingsError
from bot.settings import read_secret
from bot.store import accounts, bell, watches
from bot.store.accounts import AccountState
from bot.store.watches import Watch, is_news

State = Literal["working", "stopped", "off"]


class Standing(Struct, frozen=True, kw_only=True):
    """How it stands with an account.

    `missing` names the variables without which it is off; `why` is what its platform said since
    when it is stopped. Nobody has written since `silent_since` although people should. At `missed_at`
    so many messages were taken in that had been `missed`, not long ago. Of what was said since `gap_since`
    something may be missing.
    """

    account: Account
    state: State
    missing: tuple[str, ...] = ()
    since: datetime | None = None
    why: str = ""
    silent_since: datetime | None = None
    missed: int = 0
    missed_at: datetime | None = None
    gap_since: datetime | None = None


async def show_accounts(request: web.Request) -> web.StreamResponse:
    """The page."""
    require_supervisor(request)
    return page(request, "accounts.html", snapshot=await _snapshot(request))


async def stream_accounts(request: web.Request) -> web.StreamResponse:
    """Its changes."""
    require_supervisor(request)

    async def topics() -> list[str]:
        return [bell.QUEUE]

    async def take() -> Snapshot:
        return await _snapshot(request)

    return await live.stream(request, topics, take)


def standings(
    desk: Desk, stopped: list[AccountState], watched: Mapping[tuple[str, str], Watch], now: datetime
) -> list[Standing]:
    """How it stands with every account, in the order of the brand file."""
    refused = {(each.channel, each.account): each for each in stopped}
    found = [_standing(desk, account, refused) for account in desk.brand.accounts]
    return [_watched(it, watched.get((it.account.channel, it.account.id)), now) for it in found]


def hours_in_words(hours: Hours, language: str) -> str:
    """When people work, such as `Mon-Fri 08:00-18:30`."""
    names = get_day_names("abbreviated", locale=Locale(language))
    told = []
    for days, times in hours.open.items():
        spoken = "-".join(names[WEEK.index(day)] for day in days.split("-"))
        told.append(f"{spoken} {times}")
    return " · ".join(told)


def _standing(desk: Desk, account: Account, refused: Mapping[tuple[str, str], AccountState]) -> Standing:
    key = (account.channel, account.id)
    if key not in desk.channels:
        return Standing(account=account, state="off", missing=_missing(account, desk.environment))
    if key in refused:
        why = _without_secrets(refused[key].reason, account, desk.environment)
        return Standing(account=account, state="stopped", since=refused[key].since, why=why)
    return Standing(account=account, state="working")


def _watched(standing: Standing, watch: Watch | None, now: datetime) -> Standing:
    """The same with what is known of its silence, and of what was or is missing lately."""
    if watch is None or standing.state == "off":
        return standing
    missed = {"missed": watch.missed, "missed_at": watch.missed_at} if is_news(watch.missed_at, now) else {}
    gap = {"gap_since": watch.gap_since} if is_news(watch.gap_at, now) else {}
    return structs.replace(standing, silent_since=watch.silent_since, **missed, **gap)


def _missing(account: Account, environment: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in account.secrets.values() if not _secret(name, environment))


def _without_secrets(reason: str, account: Account, environment: Mapping[str, str]) -> str:
    """What a platform says may repeat what it was sent."""
    for name in account.secrets.values():
        if secret := _secret(name, environment):
            reason = reason.replace(secret, "•••")
    return reason


def _secret(name: str, environment: Mapping[str, str]) -> str | None:
    try:
        return read_secret(environment, name)
    except SettingsError:
        return None


def _known(connection: Connection) -> tuple[list[AccountState], dict[tuple[str, str], Watch]]:
    return accounts.stopped(connection), watches.everything(connection)


async def _snapshot(request: web.Request) -> Snapshot:
    desk = desk_of(request)
    stopped, watched = await desk.store.read(_known)
    known = standings(desk, stopped, watched, desk.clock())
    language = speech_of(request).language
    macros = parts(request, "accounts_parts.html", hours=lambda hours: hours_in_words(hours, language))
    rows: dict[str, str] = {
        f"account-{each.account.channel}-{each.account.id}": render(macros.row, each) for each in known
    }
    return Snapshot(parts={}, lists={"accounts": rows})
