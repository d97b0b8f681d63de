"""How the contract suite builds this channel."""

from __future__ import annotations

from bot.brand import Account
from bot.channels.youtube import YouTube
from tests.contract.subject import Subject
from tests.fakes.youtube import CLIENT, OWNER, REFRESH_TOKEN, SECRET

SECRETS = {"client_secret": SECRET, "refresh_token": REFRESH_TOKEN}
HELP = "https://www.nimbea.example/help"


def account(**options: str) -> Account:
    """An account with these options."""
    known = {"channel_id": OWNER, "client_id": CLIENT, "private_url": HELP}
    return Account(channel="youtube", id="shop_uk", market="uk", options=known | options)


def build() -> YouTube:
    """A channel that talks to nobody."""
    return YouTube(account(), SECRETS)


SUBJECT = Subject(
    build=build,
    webhook=False,
    polls=True,
    # A comment, what a colleague said to it, and what somebody else asked below.
    batch="thread_with_replies",
    unknown=("held_for_review", "likely_spam", "written_long_ago", "our_own_comment"),
)
