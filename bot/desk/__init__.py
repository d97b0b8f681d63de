"""The agents' desk: one queue for all channels, and the cases in it."""

from bot.desk.routes import add_desk

__all__ = ["add_desk"]
