"""The whole product behind numbers of WhatsApp, with the scripted assistant."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bot.brand import Account
from bot.channels.whatsapp import WhatsApp
from tests.channels.whatsapp.contract import SECRETS
from tests.fakes.product import Product, product


def gateway(folder: Path, *numbers: Account) -> AbstractAsyncContextManager[Product]:
    """Run it with these accounts, each of which has its own token: `token-<id>`."""
    return product(folder, *((number, _channel(number)) for number in numbers))


def _channel(number: Account) -> WhatsApp:
    return WhatsApp(number, {**SECRETS, "token": f"token-{number.id}"}, timeout=2)
