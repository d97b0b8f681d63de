"""How the contract suite builds this channel."""

from __future__ import annotations

from bot.brand import Account
from bot.channels.webchat import WebChat
from tests.contract.subject import Subject


def build() -> WebChat:
    """A chat page."""
    return WebChat(Account(channel="webchat", id="shop", market="uk"), {})


SUBJECT = Subject(build=build, webhook=False)
