"""Every channel that this product speaks: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.brand import Account
from bot.channels.base import Channel
from bot.channels.telegram import Telegram
from bot.channels.webchat import WebChat

Factory = Callable[[Account, Mapping[str, str]], Channel]

CHANNELS: dict[str, Factory] = {
    Telegram.name: Telegram,
    WebChat.name: WebChat,
}
