"""What we say, in Mastodon's words. Pure."""

from __future__ import annotations

import hashlib
import re

from bot.channels.mastodon.measure import harmless
from bot.channels.mastodon.wire import Json
from bot.channels.render import with_buttons_as_text
from bot.errors import DeliveryRefused
from bot.messages import Outbound

ACCT = re.compile(r"[\w.-]*\w(?:@[\w.:-]*\w)?")
LANGUAGE = re.compile(r"[a-z]{2}")


def is_private(outbound: Outbound) -> bool:
    """Whether nobody but the customer may read it."""
    return outbound.in_private or outbound.address.surface == "private"


def status(outbound: Outbound, visibility: str, parent: str) -> Json:
    """A status that mentions the customer, whom a mere reply would not notify, and nobody else."""
    person = outbound.address.person
    if not ACCT.fullmatch(person):
        raise DeliveryRefused("the address is none of Mastodon")
    words = harmless(with_buttons_as_text(outbound.text, outbound.buttons))
    values = {"status": f"@{person} {words}", "visibility": visibility}
    if parent:
        values["in_reply_to_id"] = parent
    if outbound.language and LANGUAGE.fullmatch(outbound.language):
        values["language"] = outbound.language
    return values


def key(outbound: Outbound) -> str:
    """What tells the instance that it is the same status again, for an hour.

    Our numbers begin anew with a new database: the words belong to it, too.
    """
    address = outbound.address
    said = "\n".join((address.account, address.key, outbound.reply_to, outbound.text))
    return f"relais-{outbound.id}-{hashlib.sha256(said.encode(errors='replace')).hexdigest()[:24]}"
