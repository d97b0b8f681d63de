"""Fixtures for tests in a real Chromium.

Import them where they are used: `from tests.browser import chromium, contexts`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from scripts.chromium import executable, launched

# A page is waited for so long, in milliseconds: machines that test have other things to do.
expect.set_options(timeout=15_000)

NewContext = Callable[..., Coroutine[Any, Any, BrowserContext]]


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A browser without a window."""
    if executable() is None:
        pytest.skip("no Chromium: install Debian's package `chromium` or set RELAIS_CHROMIUM")
    async with launched() as browser:
        yield browser


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


@asynccontextmanager
async def still_loading(page: Page, script: str) -> AsyncIterator[None]:
    """Load the page anew; what matches `script` arrives at the end of the block only."""
    may_arrive = asyncio.Event()

    async def hold(route: Route) -> None:
        await may_arrive.wait()
        await route.continue_()

    await page.route(script, hold)
    await page.reload(wait_until="commit")
    try:
        yield
    finally:
        may_arrive.set()


def _serious(kind: str, text: str) -> list[str]:
    # A page reports every request that a test makes fail on purpose.
    return [text] if kind == "error" and "Failed to load resource" not in text else []
