"""Web chat: the brand's own channel, on its own pages."""

from __future__ import annotations

from bot.channels.webchat.channel import WebChat, address
from bot.channels.webchat.options import Options, read_options

__all__ = ["Options", "WebChat", "address", "read_options"]
