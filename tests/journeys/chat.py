"""The visitor's page in a browser: how tests open it, write and look."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser import NewContext
from tests.fakes.chat import ChatServer


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ChatServer]:
    server = ChatServer(tmp_path)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
async def page(contexts: NewContext, server: ChatServer) -> Page:
    """The chat page of a visitor who speaks English."""
    page = await (await contexts()).new_page()
    await open_chat(page, server)
    return page


async def open_chat(page: Page, server: ChatServer, query: str = "") -> None:
    await page.goto(f"{server.url}/chat{query}")
    await expect(page.locator("html.settled")).to_be_attached()


async def say(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name="Your message")
    await field.fill(text)
    await field.press("Enter")


async def sees(page: Page, *texts: str) -> None:
    """Exactly these messages, in this order."""
    await expect(page.locator(".message .text")).to_have_text(list(texts))
