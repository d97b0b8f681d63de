"""How the contract suite builds this channel."""

from __future__ import annotations

from bot.brand import Account
from bot.channels.facebook import Facebook
from tests.contract.subject import Subject

PAGE, APP = "10001", "4242"
SECRETS = {"token": "EAAB-made-up-for-tests", "app_secret": "app_secret", "verify": "made-up-verify"}


def account(**options: str) -> Account:
    """An account with these options."""
    return Account(
        channel="facebook",
        id="shop_uk",
        market="uk",
        options={"page_id": PAGE, "app_id": APP, "username": "shop.uk", **options},
    )


def build() -> Facebook:
    """A channel that talks to nobody."""
    return Facebook(account(), SECRETS)


SUBJECT = Subject(
    build=build,
    forged=(
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": SECRETS["app_secret"]},
        {"X-Hub-Signature": "sha1=" + "0" * 40},
        {"Authorization": f"Bearer {SECRETS['token']}"},
    ),
    batch="batch",
    unknown=(
        "unknown_event",
        "unknown_field",
        "unknown_verb",
        "optin",
        "like",
        "own_post",
        "another_page",
        "another_object",
    ),
)
