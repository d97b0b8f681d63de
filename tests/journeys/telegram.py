"""The whole product behind a Telegram bot, with the scripted assistant."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from prometheus_client import REGISTRY

from bot.brand import Account
from bot.channels.telegram import Telegram
from tests.fakes.product import Product, product
from tests.fakes.telegram import BotApi

TOKEN = "4242:AAF-made_up_for_tests"
SECRET = "made-up_webhook-secret"


def gateway(api: BotApi, folder: Path, **options: str) -> AbstractAsyncContextManager[Product]:
    """Run it with one Telegram account that has these options."""
    account = Account(
        channel="telegram",
        id="shop_uk",
        market="uk",
        options={"base_url": api.base_url, "username": "shop_bot", **options},
    )
    channel = Telegram(account, {"token": TOKEN, "webhook": SECRET}, timeout=2, poll_seconds=1)
    return product(folder, (account, channel))


def webhook(running: Product) -> str:
    """Where Telegram posts to."""
    return f"{running.url}/channels/telegram/shop_uk"


def counted(result: str) -> float:
    """How many requests of the bot had this result so far, in this process."""
    labels = {"channel": "telegram", "account": "shop_uk", "result": result}
    return REGISTRY.get_sample_value("relais_payloads_total", labels) or 0.0
