"""What becomes of a sending, as transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.brand import Brand
from bot.conversation import handover, rules
from bot.conversation.speaking import Speech, say
from bot.conversation.transactions import BOT_DELIVERY
from bot.messages import Receipt
from bot.store import (
    cases,
    conversations,
    deliveries,
    elsewhere,
    joining,
    links,
    outbound,
    outbox,
    record,
    transcript,
)
from bot.store.outbox import Early, Parcel
from bot.store.rows import Conversation
from bot.store.transcript import Draft

MAX_REASON = 300

# It was refused for good, or nobody knows.
Lost = Literal["failed", "unknown"]
PrivateLink = Callable[[str], str | None]


class Sent(Struct, frozen=True):
    """A message that a platform accepted, what it said, and when the message had set out."""

    parcel: Parcel
    receipt: Receipt
    set_out_at: datetime

    @property
    def id(self) -> int:
        """The message's."""
        return self.parcel.outbound.id


def sent(connection: Connection, sendings: Sequence[Sent], now: datetime) -> list[bool]:
    """The platform accepted them: the clocks that they stop are stopped.

    Tells of each whether another text may wait for that. On PostgreSQL a webhook that tells of the same
    texts may lock them in another order: the database ends one of the two, which is then tried again.
    """
    if not sendings:
        return []
    early = outbox.taken(connection, {each.id: each.parcel.lease for each in sendings})
    receipts = {each.id: (each.receipt.message_id, each.set_out_at) for each in sendings}
    news = outbound.all_sent(connection, receipts)
    _stop_clocks(connection, [each.parcel for each in sendings if each.id in news], now)
    for each in sendings:
        _follow_up(connection, each, early.get(each.id, ()), now)
    waiting = outbox.with_texts(connection, {each.parcel.conversation.id for each in sendings})
    # Texts may have moved to the private conversation that it opened.
    return [bool(it.receipt.private_chat) or it.parcel.conversation.id in waiting for it in sendings]


def _stop_clocks(connection: Connection, parcels: Iterable[Parcel], now: datetime) -> None:
    talks: dict[bool, set[int]] = {True: set(), False: set()}
    for parcel in parcels:
        talks[parcel.outbound.purpose == "agent"].add(parcel.conversation.id)
    for by_agent, ids in talks.items():
        if ids:
            cases.first_response_sent(connection, *ids, by_agent=by_agent, now=now)


def _follow_up(connection: Connection, sent: Sent, early: Iterable[Early], now: datetime) -> None:
    """What the platform has said of it already, and the private chat that it opened."""
    for said in early:
        line = transcript.load(connection, sent.id)
        deliveries.apply(connection, line, said, sent.receipt.message_id, now)
    if sent.receipt.private_chat:
        joining.open_in_private(connection, transcript.load(connection, sent.id), sent.receipt, now)


def lost(
    connection: Connection,
    parcel: Parcel,
    brand: Brand,
    *,
    delivery: Lost,
    reason: str,
    now: datetime,
    private_link: PrivateLink | None = None,
) -> bool:
    """It failed for good, or nobody knows: agents see it, and a bot's reply goes to a human.

    Where the bot could not write in private, `private_link` shows the customer the way there.
    Tells whether a case was opened for that.
    """
    message_id = parcel.outbound.id
    # A turn that ends at this moment may hand the conversation over, too: one after the other.
    conversation = conversations.hold(connection, parcel.conversation.id)
    outbox.done(connection, message_id)
    if parcel.has_failed is None and not outbound.advance(
        connection, message_id, delivery, reason=reason[:MAX_REASON]
    ):
        # Meanwhile the platform has said that it arrived.
        return False
    record.write(
        connection,
        f"delivery_{delivery}",
        actor=record.SYSTEM,
        at=now,
        conversation_id=conversation.id,
        case_id=conversation.case_id,
        outbound=message_id,
    )
    case = cases.current(connection, conversation.case_id)
    if parcel.outbound.in_private and parcel.outbound.purpose != "agent":
        _show_the_way(connection, conversation, parcel, brand, private_link, now)
    is_matter = parcel.outbound.purpose != "acknowledge" and not (case and case.is_human)
    if is_matter:
        _hand_over(connection, parcel, brand, f"delivery_{delivery}", now)
    return is_matter


def unreachable(connection: Connection, parcel: Parcel, reason: str, now: datetime) -> None:
    """The customer cannot be written to: said in the desk, and nobody can help it."""
    message_id = parcel.outbound.id
    outbox.done(connection, message_id)
    outbound.advance(connection, message_id, "failed", reason=reason[:MAX_REASON])
    conversations.flag(
        connection,
        parcel.conversation.id,
        name="unreachable",
        on=True,
        actor=record.SYSTEM,
        now=now,
    )


def dropped(connection: Connection, parcel: Parcel) -> None:
    """Somebody outside has the conversation: what the bot wanted to say is not said."""
    outbox.done(connection, parcel.outbound.id)
    outbound.advance(connection, parcel.outbound.id, "dropped", reason=elsewhere.DROPPED)


def taken_elsewhere(
    connection: Connection, parcel: Parcel, brand: Brand, *, reason: str, now: datetime
) -> bool:
    """The platform says that another application has the conversation: a human goes on there.

    Tells whether a case was opened for that.
    """
    conversation = conversations.hold(connection, parcel.conversation.id)
    if parcel.outbound.purpose == "agent":
        outbox.done(connection, parcel.outbound.id)
        outbound.advance(connection, parcel.outbound.id, "failed", reason=reason[:MAX_REASON])
    else:
        dropped(connection, parcel)
    elsewhere.leave(connection, conversation, now, now)
    case = cases.current(connection, conversation.case_id)
    is_matter = not (case and case.is_human)
    if is_matter:
        _hand_over(connection, parcel, brand, elsewhere.REASON, now)
    return is_matter


def _show_the_way(
    connection: Connection,
    conversation: Conversation,
    parcel: Parcel,
    brand: Brand,
    private_link: PrivateLink | None,
    now: datetime,
) -> None:
    """Say in public where it goes on in private, as nobody could begin there."""
    if conversation.stopped_at or conversation.abusive_at or conversation.is_elsewhere(now):
        return
    link = private_link(links.create(connection, conversation.id, now)) if private_link else None
    draft = Draft(
        author="bot",
        purpose="notice",
        text=handover.way_to_private(brand, _language(conversation, brand), link),
        reply_to=parcel.outbound.reply_to,
        delivery="queued",
    )
    say(connection, Speech(conversation=conversation, draft=draft, deadline=now + BOT_DELIVERY, now=now))


def _language(conversation: Conversation, brand: Brand) -> str:
    account = brand.account_of(conversation.channel, conversation.account)
    return conversation.language or brand.market_of(account).languages[0]


def _hand_over(connection: Connection, parcel: Parcel, brand: Brand, reason: str, now: datetime) -> None:
    account = brand.account_of(parcel.conversation.channel, parcel.conversation.account)
    language = _language(parcel.conversation, brand)
    new = handover.new_case(
        rules.give_up(reason, brand), brand, account, language=language, entities=(), since=now, now=now
    )
    cases.open_case(
        connection,
        parcel.conversation.id,
        cases.new_reference(brand.reference_prefix),
        new,
        acknowledged_at=None,
        now=now,
    )
