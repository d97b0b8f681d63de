"""How the contract suite builds this channel."""

from __future__ import annotations

from bot.brand import Account
from bot.channels.mastodon import Mastodon
from tests.contract.subject import Subject

TOKEN = "made-up-token-of-shop"


def account(**options: str) -> Account:
    """An account with these options."""
    options.setdefault("base_url", "https://mastodon.example")
    return Account(channel="mastodon", id="shop_uk", market="uk", options=options)


def build() -> Mastodon:
    """A channel that talks to nobody."""
    return Mastodon(account(), {"token": TOKEN})


SUBJECT = Subject(
    build=build,
    webhook=False,
    polls=True,
    # A mention that a colleague has answered meanwhile.
    batch="mention_answered",
    unknown=("mention_by_bot", "mention_by_ourselves", "found_addressed"),
)
