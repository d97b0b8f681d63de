"""Takes in what customers do, durably, before anything thinks about it."""

from bot.inbox.accept import Accepted, Inbox

__all__ = ["Accepted", "Inbox"]
