"""Takes in what customers do, durably, before anything thinks about it."""

from bot.inbox.accept import Inbox
from bot.inbox.events import Accepted

__all__ = ["Accepted", "Inbox"]
