"""How the contract suite builds this channel."""

from __future__ import annotations

from bot.brand import Account
from bot.channels.telegram import Telegram
from tests.contract.subject import Subject

TOKEN = "4242:AAF-made_up_for_tests"
WEBHOOK_SECRET = "made-up_webhook-secret"
SECRETS = {"token": TOKEN, "webhook": WEBHOOK_SECRET}


def account(**options: str) -> Account:
    """An account with these options."""
    return Account(channel="telegram", id="shop_uk", market="uk", options=options)


def build() -> Telegram:
    """A channel that talks to nobody."""
    return Telegram(account(username="shop_bot"), SECRETS)


SUBJECT = Subject(
    build=build,
    forged=(
        {"X-Telegram-Bot-Api-Secret-Token": "another"},
        {"X-Telegram-Bot-Api-Secret-Token": ""},
        {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET[:-1]},
        {"Authorization": WEBHOOK_SECRET},
    ),
    # Telegram repeats a secret and signs nothing.
    signs_body=False,
    # One update at a time, but one may tell of several deleted messages.
    batch="deleted_business_messages",
    unknown=("unknown_kind", "unknown_content", "group_renamed"),
)
