"""What the errors of WhatsApp mean, beside those that all of Meta's platforms have."""

from __future__ import annotations

from bot.channels.meta.refusals import COMMON, Table
from bot.errors import (
    AccountStopped,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    Unreachable,
    WindowClosed,
)

# In seconds: lifted after hours, so that asking every few minutes makes it no better.
SPAM_REST = 600.0


def _rest(reason: str) -> DeliveryError:
    return DeliveryLater(reason, retry_after=SPAM_REST)


# WhatsApp Business Platform, "Error codes" (May 2026).
WHATSAPP: Table = {
    **COMMON,
    # Too fast: for the business account, for the number, for this one customer.
    (80007, None): DeliveryLater,
    (130429, None): DeliveryLater,
    (131056, None): DeliveryLater,
    (131048, None): _rest,
    # The platform has a weak moment, or the number is being moved.
    (131000, None): DeliveryLater,
    (131016, None): DeliveryLater,
    (131057, None): DeliveryLater,
    (133004, None): DeliveryLater,
    # The customer wrote more than 24 hours ago.
    (131047, None): WindowClosed,
    # No WhatsApp at this number any more, or one too old, or its terms not accepted.
    (131026, None): Unreachable,
    # The token, its permissions, the business account or its number are refused.
    (0, None): AccountStopped,
    (33, None): AccountStopped,
    (131005, None): AccountStopped,
    (131031, None): AccountStopped,
    (131045, None): AccountStopped,
    (133010, None): AccountStopped,
    # Never, with whatever status it comes: this content, this template, this customer. Marketing that
    # was held back (130472, 131049, 131050) may go out another day, but no text of ours is marketing.
    (3, None): DeliveryRefused,
    (130472, None): DeliveryRefused,
    (130497, None): DeliveryRefused,
    (131008, None): DeliveryRefused,
    (131009, None): DeliveryRefused,
    (131021, None): DeliveryRefused,
    (131030, None): DeliveryRefused,
    (131037, None): DeliveryRefused,
    (131042, None): DeliveryRefused,
    (131049, None): DeliveryRefused,
    (131050, None): DeliveryRefused,
    (131051, None): DeliveryRefused,
    # Meta's id of the customer does not do for this kind of message.
    (131062, None): DeliveryRefused,
    (132000, None): DeliveryRefused,
    (132001, None): DeliveryRefused,
    (132005, None): DeliveryRefused,
    (132007, None): DeliveryRefused,
    (132012, None): DeliveryRefused,
    (132015, None): DeliveryRefused,
    (132016, None): DeliveryRefused,
}
