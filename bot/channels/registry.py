"""Every channel that this product speaks: one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.brand import Account
from bot.channels.base import Channel, Features
from bot.channels.bluesky import Bluesky
from bot.channels.discourse import Discourse
from bot.channels.facebook import Facebook
from bot.channels.guide import Guide
from bot.channels.instagram import Instagram
from bot.channels.mastodon import Mastodon
from bot.channels.telegram import Telegram
from bot.channels.webchat import WebChat
from bot.channels.whatsapp import WhatsApp
from bot.channels.x import X
from bot.channels.youtube import YouTube


class Kind(Protocol):
    """What a channel's class is, seen from here: what it can, and how an account of it is built."""

    @property
    def features(self) -> Features:
        """What the platform can."""

    @property
    def guide(self) -> Guide:
        """How an account is connected."""

    @property
    def family(self) -> str:
        """What channels have in common that get their events together."""

    def __call__(self, account: Account, secrets: Mapping[str, str]) -> Channel:
        """Build the channel of one account."""


CHANNELS: dict[str, Kind] = {
    Bluesky.name: Bluesky,
    Discourse.name: Discourse,
    Facebook.name: Facebook,
    Instagram.name: Instagram,
    Mastodon.name: Mastodon,
    Telegram.name: Telegram,
    WebChat.name: WebChat,
    WhatsApp.name: WhatsApp,
    X.name: X,
    YouTube.name: YouTube,
}
