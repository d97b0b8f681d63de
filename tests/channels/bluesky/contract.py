"""How the contract suite builds this channel."""

from __future__ import annotations

from bot.brand import Account
from bot.channels.bluesky import Bluesky
from tests.contract.subject import Subject

PASSWORD = "made-up-pass-word"


def account(**options: str) -> Account:
    """An account with these options."""
    options.setdefault("handle", "shop.bsky.example")
    return Account(channel="bluesky", id="shop_uk", market="uk", options=options)


def build() -> Bluesky:
    """A channel that talks to nobody."""
    return Bluesky(account(), {"password": PASSWORD})


SUBJECT = Subject(
    build=build,
    webhook=False,
    polls=True,
    batch="found",
    unknown=(
        "mention_by_bot",
        "mention_by_ourselves",
        "like",
        "direct_group",
        "direct_deleted",
        "own_by_relais",
    ),
)
