"""Sends what was decided: in order, at the platform's pace, each reply once."""

from bot.outbox.delivery import Delivery

__all__ = ["Delivery"]
