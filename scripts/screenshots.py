"""Takes the pictures of the desk: `python -m scripts.screenshots [FOLDER]`.

A desk with made-up data runs in this process; Debian's Chromium looks at it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, Page

from bot.app import build_channels
from bot.brand import load_brand
from bot.clock import now
from bot.desk import add_desk
from bot.inbox import Inbox
from bot.settings import read_settings
from bot.store import migrate
from bot.store.bell import Bell
from bot.store.store import Store
from scripts.chromium import launched
from scripts.demo import PASSWORD, seed, trouble

WIDE = {"width": 1360, "height": 860}
PHONE = {"width": 390, "height": 844}
# Of accounts that the pictures show at work; nothing is ever sent.
SECRETS = {
    "TELEGRAM_NIMBEA_FR_TOKEN": "1:made-up",
    "TELEGRAM_NIMBEA_FR_WEBHOOK_SECRET": "made-up",
    "TELEGRAM_NIMBEA_UK_TOKEN": "2:made-up",
    "TELEGRAM_NIMBEA_UK_WEBHOOK_SECRET": "made-up",
    "MASTODON_NIMBEA_TOKEN": "made-up-token",
    "MASTODON_NIMBEA_ES_TOKEN": "made-up-token",
}
LOOKS: dict[str, dict[str, Any]] = {
    "": {"viewport": WIDE, "color_scheme": "light", "locale": "en-GB"},
    "-dark": {"viewport": WIDE, "color_scheme": "dark", "locale": "en-GB"},
    "-phone": {"viewport": PHONE, "color_scheme": "light", "locale": "en-GB"},
}


async def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state:
        runner, url, store = await _serve(Path(state))
        async with launched() as browser:
            await _take(browser, url, folder)
            store.run_now(trouble, now())
            page = await _logged_in(browser, url, "nora", **LOOKS[""])
            for name in ("aside", "accounts"):
                await page.goto(f"{url}/desk/{name}")
                await _shoot(page, folder / f"{name}.png")
        await runner.cleanup()
        store.close()


async def _serve(state: Path) -> tuple[web.AppRunner, str, Store]:
    settings, brand = read_settings({"RELAIS_STATE": str(state)}), load_brand(Path("brand.yml"))
    store = Store(settings.database_url)
    migrate.upgrade(store)
    store.run_now(seed, brand, now())
    app = web.Application()
    bell = Bell()
    inbox = Inbox(store, bell, now)
    channels = build_channels(brand, SECRETS)
    add_desk(
        app,
        store=store,
        bell=bell,
        inbox=inbox,
        channels=channels,
        brand=brand,
        settings=settings,
        clock=now,
        environment=SECRETS,
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}", store


async def _take(browser: Browser, url: str, folder: Path) -> None:
    for name, look in LOOKS.items():
        page = await _logged_in(browser, url, "amel", **look)
        await _shoot(page, folder / f"queue{name}.png")
        await page.goto(f"{url}/desk/cases/NB-7K2QX4")
        await _shoot(page, folder / f"case{name}.png")
        await page.goto(f"{url}/desk/mentions")
        await _shoot(page, folder / f"mentions{name}.png")
        await page.context.close()


async def _logged_in(browser: Browser, url: str, login: str, **look: Any) -> Page:
    context = await browser.new_context(**look)
    page = await context.new_page()
    await page.goto(f"{url}/desk")
    await page.fill("[name=login]", login)
    await page.fill("[name=password]", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_selector(".row")
    return page


async def _shoot(page: Page, file: Path) -> None:
    await page.wait_for_load_state("load")
    # The stream has brought its first snapshot, and what is fresh has faded.
    await page.wait_for_timeout(600)
    await page.screenshot(path=file)
    print(file)  # noqa: T201 - a script tells what it does


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/images")))
