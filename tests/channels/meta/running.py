"""The whole product behind a Page and an Instagram account, with the scripted assistant."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bot.brand import Account
from bot.channels.facebook import Facebook
from bot.channels.instagram import Instagram
from tests.channels.facebook import contract as facebook
from tests.channels.instagram import contract as instagram
from tests.fakes.meta import Meta
from tests.fakes.product import Product, product

# The tokens of the two accounts.
PAGE_TOKEN, INSTAGRAM_TOKEN = "EAAB-page", "EAAB-instagram"


def gateway(meta: Meta, folder: Path) -> AbstractAsyncContextManager[Product]:
    """Run it with both accounts, at the server that `meta` is."""
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
    return product(
        folder,
        (page, Facebook(page, {**facebook.SECRETS, "token": PAGE_TOKEN}, timeout=2)),
        (shop, Instagram(shop, {**instagram.SECRETS, "token": INSTAGRAM_TOKEN}, timeout=2)),
    )
