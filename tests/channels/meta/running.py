"""The whole gateway behind a Page and an Instagram account, with the scripted assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from bot.app import build
from bot.assistant.scripted import Scripted
from bot.brand import Account, load_brand
from bot.channels.facebook import Facebook
from bot.channels.instagram import Instagram
from bot.clock import now
from bot.guard import load_guard
from bot.settings import read_settings
from bot.store import migrate
from bot.store.store import Store
from tests.channels.facebook import contract as facebook
from tests.channels.instagram import contract as instagram
from tests.fakes.meta import Meta
from tests.journeys.telegram import SCRIPT, Gateway

# The tokens of the two accounts.
PAGE_TOKEN, INSTAGRAM_TOKEN = "EAAB-page", "EAAB-instagram"


@asynccontextmanager
async def gateway(meta: Meta, folder: Path) -> AsyncIterator[Gateway]:
    """Run the gateway with both accounts, at the server that `meta` is."""
    example = load_brand(Path("brand.yml"))
    page = facebook.account(base_url=meta.base_url)
    # Without a Page of its own: the fake tells accounts apart by their tokens.
    shop = Account(
        channel="instagram",
        id="shop_uk",
        market="uk",
        options={
            "instagram_id": instagram.INSTAGRAM,
            "app_id": instagram.APP,
            "username": "shop",
            "base_url": meta.base_url,
        },
    )
    store = Store(f"sqlite:///{folder / 'relais.db'}")
    migrate.upgrade(store)
    app = build(
        settings=read_settings({"RELAIS_STATE": str(folder)}),
        brand=msgspec.structs.replace(example, accounts=(*example.accounts, page, shop)),
        store=store,
        channels={
            (page.channel, page.id): Facebook(page, {**facebook.SECRETS, "token": PAGE_TOKEN}, timeout=2),
            (shop.channel, shop.id): Instagram(
                shop, {**instagram.SECRETS, "token": INSTAGRAM_TOKEN}, timeout=2
            ),
        },
        assistant=Scripted(SCRIPT),
        guard=load_guard(Path("data/guard")),
        clock=now,
    )
    running = Gateway(store, app)
    runner = await running.start()
    try:
        yield running
    finally:
        await runner.cleanup()
        store.close()
