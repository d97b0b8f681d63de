"""The browser of tests and pictures: the system's own Chromium, without a window."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

ARGUMENTS = (
    "--no-sandbox",  # in a container, as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str | None:
    """The browser: that of RELAIS_CHROMIUM, else one that the system has."""
    named = os.environ.get("RELAIS_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A browser; raises `FileNotFoundError` where the system has none."""
    path = executable()
    if path is None:
        raise FileNotFoundError("no Chromium: install Debian's package `chromium` or set RELAIS_CHROMIUM")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        await browser.close()
