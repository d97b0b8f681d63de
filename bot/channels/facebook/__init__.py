"""Facebook: Messenger in private, the comments of a Page in public."""

from __future__ import annotations

from bot.channels.facebook.channel import Facebook

__all__ = ["Facebook"]
