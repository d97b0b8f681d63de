"""How the contract suite builds this channel."""

from __future__ import annotations

from bot.brand import Account
from bot.channels.telegram import Telegram

TOKEN = "4242:AAF-made_up_for_tests"
WEBHOOK_SECRET = "made-up_webhook-secret"
SECRETS = {"token": TOKEN, "webhook": WEBHOOK_SECRET}


def account(**options: str) -> Account:
    """An account with these options."""
    return Account(channel="telegram", id="shop_uk", market="uk", options=options)


def build() -> Telegram:
    """A channel that talks to nobody."""
    return Telegram(account(username="shop_bot"), SECRETS)


FORGED = {"X-Telegram-Bot-Api-Secret-Token": "another"}
# Telegram posts one update at a time, but one update may tell of several deleted messages.
BATCH = "deleted_business_messages.json"
UNKNOWN = ("unknown_kind.json", "group_renamed.json")
