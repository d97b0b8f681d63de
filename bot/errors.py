"""Every error that Relais raises on purpose.

::

    RelaisError
    ├── SettingsError            the environment is wrong: says which variable
    ├── BrandError               brand.yml is wrong: says file, line and key
    ├── GuardError               a file of data/guard is wrong: says file, line and key
    ├── PayloadError             a platform's request cannot be taken
    │   ├── Forged               signature missing or wrong (401)
    │   ├── BadPayload           body is not what the platform documents (400)
    │   └── Stumbled             our own code failed on it: it shall come again (500)
    ├── DeliveryError            one attempt to send did not end in a receipt
    │   ├── DeliveryLater        trying again makes sense, maybe after `retry_after`
    │   ├── DeliveryRefused      this message will never be accepted
    │   │   ├── Unreachable      the person blocked the account or left
    │   │   ├── WindowClosed     too long since the customer wrote
    │   │   └── TakenElsewhere   another application has the conversation
    │   ├── DeliveryUnknown      the platform may or may not have accepted it
    │   └── AccountStopped       the account's token is dead: stop sending for it
    ├── AssistantError           Rasa gave no understanding
    │   ├── AssistantUnavailable not there or not ready: ask again
    │   └── AssistantFailed      there, and it failed on this very message
    ├── RedisAway                Redis cannot be asked: each process goes on by itself
    ├── Crashed                  a part of this process ended: it shall be started again
    ├── EvaluationError          a file of judged messages is wrong: says line and column
    ├── TransitionError          a transition that the state of the case forbids
    │   ├── AlreadyClaimed       another agent was faster
    │   └── NotFound             no such case, agent or conversation
    └── ReplyRefused             what an agent wants to send must not be sent
"""

from __future__ import annotations

from typing import Literal

__all__ = [
    "AccountStopped",
    "AlreadyClaimed",
    "AssistantError",
    "AssistantFailed",
    "AssistantUnavailable",
    "BadPayload",
    "BrandError",
    "Crashed",
    "DeliveryError",
    "DeliveryLater",
    "DeliveryRefused",
    "DeliveryUnknown",
    "EvaluationError",
    "Forged",
    "GuardError",
    "NotFound",
    "PayloadError",
    "RedisAway",
    "RelaisError",
    "ReplyRefused",
    "SettingsError",
    "Stumbled",
    "TakenElsewhere",
    "TransitionError",
    "Unreachable",
    "WindowClosed",
]

# In seconds, a month.
LONGEST_WISH = 30 * 24 * 3600.0


class RelaisError(Exception):
    """Root of the tree: catch it to catch all that Relais raises on purpose."""


class SettingsError(RelaisError):
    """The environment is wrong."""


class BrandError(RelaisError):
    """brand.yml is wrong; the message names file, line and key."""


class GuardError(RelaisError):
    """A file of data/guard is wrong; the message names file, line and key."""


class PayloadError(RelaisError):
    """A platform's request cannot be taken."""


class Forged(PayloadError):
    """The signature is missing or wrong."""


class BadPayload(PayloadError):
    """The body is not what the platform documents."""


class Stumbled(PayloadError):
    """Our own code failed on it, not for the last time: the platform shall send it again."""


class DeliveryError(RelaisError):
    """One attempt to send did not end in a receipt."""


class DeliveryLater(DeliveryError):
    """Trying again makes sense; `retry_after` is the platform's wish in seconds, if any.

    It concerns all that the account sends, or only what it sends on a `surface`. A wish beyond
    `LONGEST_WISH` is cut: nobody means it, and what is far beyond fits in no moment.
    """

    def __init__(
        self,
        reason: str,
        *,
        retry_after: float | None = None,
        surface: Literal["public", "private"] | None = None,
    ) -> None:
        super().__init__(reason)
        self.retry_after = None if retry_after is None else min(retry_after, LONGEST_WISH)
        self.surface = surface


class DeliveryRefused(DeliveryError):
    """The platform will never accept this message."""


class Unreachable(DeliveryRefused):
    """The person blocked the account, left, or was deleted."""


class WindowClosed(DeliveryRefused):
    """Too long since the customer wrote: the platform takes no free answer any more."""


class TakenElsewhere(DeliveryRefused):
    """Another application has the conversation: a human goes on there, or must take it back."""


class DeliveryUnknown(DeliveryError):
    """The platform may or may not have accepted the message; sending again might double it."""


class AccountStopped(DeliveryError):
    """The account's credentials are refused: nothing more can be sent for it."""


class AssistantError(RelaisError):
    """Rasa gave no understanding."""


class AssistantUnavailable(AssistantError):
    """Rasa is not there or not ready; asking again makes sense."""


class AssistantFailed(AssistantError):
    """Rasa is there and failed on this very message."""


class RedisAway(RelaisError):
    """Redis cannot be asked, and is never needed: each process goes on by itself."""


class Crashed(RelaisError):
    """A part of this process ended by an error of ours: the process shall be started again."""


class EvaluationError(RelaisError):
    """A file of judged messages is wrong, or results cannot be written."""


class TransitionError(RelaisError):
    """The state of the case forbids what was asked."""


class AlreadyClaimed(TransitionError):
    """Another agent owns the case; `owner` is that agent's name."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"already claimed by {owner}")
        self.owner = owner


class NotFound(TransitionError):
    """There is no such case, agent or conversation."""


class ReplyRefused(RelaisError):
    """What an agent wants to send must not be sent; `reason` is a word that agents see translated.

    `details` are the kinds of personal details in a public reply, which the desk names.
    """

    def __init__(self, reason: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(f"refused: {reason}")
        self.reason = reason
        self.details = details
