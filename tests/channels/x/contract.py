"""How the contract suite builds this channel."""

from __future__ import annotations

from pathlib import Path

from bot.brand import Account
from bot.channels.x import X
from tests.contract.subject import Subject
from tests.fakes.x.keys import BEARER, CLIENT_ID, CLIENT_SECRET, CONSUMER_KEY, CONSUMER_SECRET

SHOP = "100"
SECRETS = {
    "consumer_key": CONSUMER_KEY,
    "consumer_secret": CONSUMER_SECRET,
    "token": "100-token",
    "token_secret": "100-secret",
    "bearer": BEARER,
}


def account(**options: str) -> Account:
    """An account with these options."""
    return Account(
        channel="x", id="shop_uk", market="uk", options={"user_id": SHOP, "username": "shop", **options}
    )


def oauth2(refresh_token: str) -> dict[str, str]:
    """Secrets of an account with tokens that change."""
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "consumer_secret": CONSUMER_SECRET,
        "refresh_token": refresh_token,
        "bearer": BEARER,
    }


def tokens_in(folder: Path) -> str:
    """Where such an account keeps its tokens."""
    return str(folder / "tokens" / "x.json")


def build() -> X:
    """A channel that talks to nobody."""
    return X(account(), SECRETS)


SUBJECT = Subject(
    build=build,
    forged=(
        {"x-twitter-webhooks-signature": "sha256=" + "A" * 43 + "="},
        {"x-twitter-webhooks-signature": ""},
        {"x-twitter-webhooks-signature": CONSUMER_SECRET},
        {"x-twitter-webhooks-signature-oauth2": "sha256=c/AYE/5msFOwNKqhikrT9HemPLNWB+FZabPLm+a1dro="},
        {"Authorization": f"Bearer {BEARER}"},
    ),
    batch="account_batch",
    unknown=(
        "typing",
        "like",
        "another_account",
        "own_post",
        "repost",
        "by_another_bot",
        "group_chat",
        "replay_has_ended",
    ),
)
