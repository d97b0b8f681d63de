"""What platforms tell of texts of ours: accepted, delivered, read, or failed after all.

They tell it late, twice and out of order, and sometimes before they have answered the request that
sent the text: what is said of a text that nobody knows yet is kept with the one that is on its way.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from bot.messages import EventKind, Inbound, Receipt
from bot.store import cases, conversations, joining, outbound, outbox
from bot.store.outbox import Early, Known
from bot.store.rows import Line

KINDS: Mapping[EventKind, Known] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
}
MAX_REASON = 300


def take(connection: Connection, event: Inbound, now: datetime) -> int | None:
    """Write down what became of texts of ours; the conversation, None if there are no such texts."""
    line = _by_correlation(connection, event)
    if line:
        confirm(connection, line, _early(event), now)
        if line.in_private and event.kind == "sent" and event.address.surface == "private":
            # Where our own request got no answer, this tells where it went.
            receipt = Receipt(message_id=event.message_id, private_chat=event.address.chat)
            joining.open_in_private(connection, line, receipt, now)
        return line.conversation_id
    conversation = conversations.locate(connection, event)
    if conversation is None:
        return None
    known = _until(connection, conversation.id, event) or _by_id(connection, conversation.id, event, now)
    return conversation.id if known else None


def confirm(connection: Connection, line: Line, said: Early, now: datetime) -> None:
    """A text of ours is known to the platform, whatever our own request came to."""
    if line.delivery in ("queued", "unknown"):
        earlier = outbox.settle(connection, line.id)
        if said.kind != "failed":
            by_agent = line.purpose == "agent"
            cases.first_response_sent(connection, line.conversation_id, by_agent=by_agent, now=now)
        for each in earlier:
            apply(connection, line, each, said.message_id, now)
    _advance(connection, line, said, now)


def apply(connection: Connection, line: Line, said: Early, platform_id: str, now: datetime) -> None:
    """Write down what was said early, if it was of this text; it set out when `line` says."""
    is_before = said.until is not None and (line.sent_at or line.created_at) <= said.until
    if is_before or (said.message_id and said.message_id == platform_id):
        _advance(connection, line, said, now)


def _advance(connection: Connection, line: Line, said: Early, now: datetime) -> None:
    reason = said.reason[:MAX_REASON] if said.kind == "failed" else None
    advanced = outbound.advance(connection, line.id, said.kind, reason=reason, platform_id=said.message_id)
    if advanced and said.kind == "failed":
        outbox.put_failed(connection, line, now)


def _by_correlation(connection: Connection, event: Inbound) -> Line | None:
    if event.correlation is None:
        return None
    address = event.address
    return outbound.ours_by_id(
        connection, event.correlation, channel=address.channel, account=address.account
    )


def _by_id(connection: Connection, conversation_id: int, event: Inbound, now: datetime) -> bool:
    if not event.message_id:
        return False
    line = outbound.ours_by_platform_id(connection, conversation_id, event.message_id)
    if line is None:
        if outbox.remember(connection, conversation_id, _early(event)):
            return False
        # Its receipt may have been written down at this very moment.
        line = outbound.ours_by_platform_id(connection, conversation_id, event.message_id)
    if line:
        _advance(connection, line, _early(event), now)
    return line is not None


def _until(connection: Connection, conversation_id: int, event: Inbound) -> bool:
    if event.until is None or event.kind not in ("delivered", "read"):
        return False
    outbox.remember(connection, conversation_id, _early(event))
    return outbound.advance_until(connection, conversation_id, event.kind, event.until)


def _early(event: Inbound) -> Early:
    kind = KINDS[event.kind]
    return Early(kind=kind, message_id=event.message_id, until=event.until, reason=event.reason)
