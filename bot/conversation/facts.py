"""What manners look at, taken from a conversation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.brand import Account, Brand
from bot.conversation.etiquette import Facts
from bot.conversation.rules import folded
from bot.messages import Address
from bot.store.manners import Asks, Past
from bot.store.rows import Conversation, Line

# Nobody waits for "one moment" after so long.
LATE = timedelta(minutes=15)


def asks_of(conversation: Conversation, brand: Brand, moment: datetime) -> Asks:
    """What is to be looked up before a turn: only what some rule of this place limits."""
    manners = brand.etiquette.manners(conversation.channel, conversation.surface)
    return Asks(
        in_thread=manners.most_per_thread is not None,
        today=manners.most_per_person_a_day is not None,
        silence=bool(manners.label),
        began=manners.whom == "addressed" and bool(conversation.thread),
        stopped=manners.stop_holds == "everywhere",
        since=_midnight(moment, _zone(conversation, brand)),
    )


def facts_of(
    conversation: Conversation, lines: Sequence[Line], past: Past, brand: Brand, now: datetime
) -> Facts:
    """What manners look at when these messages are answered."""
    never = brand.etiquette.manners(conversation.channel, conversation.surface).never
    return Facts(
        clock=now.astimezone(_zone(conversation, brand)),
        addressed=_speaks_to_us(conversation, lines, past, brand),
        excluded=conversation.person in never or is_own(conversation, brand),
        in_thread=past.in_thread,
        today=past.today,
        waiting=conversation.last_purpose == "acknowledge",
        acknowledged=conversation.acknowledged,
        silenced=past.stopped or _is_silent(conversation, now),
        late=is_late(lines, now),
    )


def _is_silent(conversation: Conversation, now: datetime) -> bool:
    return bool(conversation.stopped_at or conversation.abusive_at) or conversation.is_elsewhere(now)


def is_late(lines: Sequence[Line], now: datetime) -> bool:
    """Whether all this was written long ago, by the platform's clock."""
    return bool(lines) and all(line.sent_at is not None and now - line.sent_at > LATE for line in lines)


def is_addressed(conversation: Conversation, lines: Sequence[Line], brand: Brand) -> bool:
    """Whether messages speak to the brand, and not to others who write below them.

    They do in private, where we talk already, where they begin a thread, and where they name the
    brand.
    """
    if conversation.surface == "private" or conversation.last_purpose:
        return True
    if any(not conversation.thread or line.platform_id == conversation.thread for line in lines):
        return True
    return _names_us(conversation, lines, brand)


def _speaks_to_us(conversation: Conversation, lines: Sequence[Line], past: Past, brand: Brand) -> bool:
    if past.joined:
        # It is his thread, and he did not ask for us.
        return past.replied or _names_us(conversation, lines, brand)
    return past.began or is_addressed(conversation, lines, brand)


def _names_us(conversation: Conversation, lines: Sequence[Line], brand: Brand) -> bool:
    names = {folded(brand.name), folded(conversation.account)}
    return any(name in folded(line.text) for line in lines for name in names)


def is_own(conversation: Conversation | Address, brand: Brand) -> bool:
    """Whether an account of the brand's own writes, perhaps of another market."""
    person = conversation.person.lower()
    return any(
        account.channel == conversation.channel and person in _names(account) for account in brand.accounts
    )


def _names(account: Account) -> tuple[str, ...]:
    """What an account may be called by its network, in lower case; not what it searches for."""
    values = (value for name, value in account.options.items() if name != "search")
    return tuple(name.lower() for name in (account.id, *values))


def _zone(conversation: Conversation, brand: Brand) -> ZoneInfo:
    account = brand.account_of(conversation.channel, conversation.account)
    return ZoneInfo(brand.market_of(account).timezone)


def _midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    """When the day of a moment began in a zone, in UTC."""
    day = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return day.astimezone(timezone.utc)
