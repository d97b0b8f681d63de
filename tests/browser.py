"""Fixtures for tests in a real Chromium.

Import them where they are used: `from tests.browser import chromium, contexts`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

ARGUMENTS = [
    "--no-sandbox",  # in a container, as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")

NewContext = Callable[..., Coroutine[Any, Any, BrowserContext]]


def executable() -> str | None:
    """The browser: that of RELAIS_CHROMIUM, else one that the system has."""
    named = os.environ.get("RELAIS_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A browser without a window."""
    path = executable()
    if path is None:
        pytest.skip("no Chromium: install Debian's package `chromium` or set RELAIS_CHROMIUM")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def contexts(chromium: Browser) -> AsyncIterator[NewContext]:
    """Opens browser profiles that know nothing of each other; errors of their pages fail the test."""
    errors: list[str] = []

    async def new(**options: Any) -> BrowserContext:
        context = await chromium.new_context(**{"locale": "en-GB", **options})
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on("console", lambda message: errors.extend(_serious(message.type, message.text)))
        return context

    yield new
    assert not errors, errors


def _serious(kind: str, text: str) -> list[str]:
    # A page reports every request that a test makes fail on purpose.
    return [text] if kind == "error" and "Failed to load resource" not in text else []
