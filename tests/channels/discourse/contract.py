"""How the contract suite builds this channel."""

from __future__ import annotations

from bot.brand import Account
from bot.channels.discourse import Discourse
from tests.contract.subject import Subject

USERNAME, CATEGORY = "nimbea", 5
SECRETS = {"token": "made-up-token", "webhook": "made-up-secret"}


def account(**options: str) -> Account:
    """An account with these options."""
    given = {
        "base_url": "https://forum.example",
        "username": USERNAME,
        "categories": str(CATEGORY),
        "colleagues": "claire, nimbea_team",
        **options,
    }
    return Account(channel="discourse", id="nimbea", market="uk", options=given)


def build() -> Discourse:
    """A channel that talks to nobody."""
    return Discourse(account(), SECRETS)


SUBJECT = Subject(
    build=build,
    forged=(
        {"X-Discourse-Event-Signature": "sha256=" + "0" * 64},
        {"X-Discourse-Event-Signature": ""},
        {"X-Discourse-Event-Signature": SECRETS["webhook"]},
        {"X-Discourse-Event": "post_created", "X-Discourse-Event-Id": "1"},
        {"Api-Key": SECRETS["token"]},
    ),
    batch="latest_posts",
    unknown=(
        "ping",
        "topic",
        "own_post",
        "not_for_us",
        "strangers_private_message",
        "whisper",
        "small_action",
        "the_forum_itself",
    ),
)
