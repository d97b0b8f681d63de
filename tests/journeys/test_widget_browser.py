"""The web chat on other pages of the brand, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from playwright.async_api import Browser, FrameLocator, Page, expect

from tests.browser import NewContext, chromium, contexts
from tests.fakes.chat import ChatServer, example_brand

__all__ = ["chromium", "contexts"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ChatServer]:
    server = ChatServer(tmp_path)
    await server.start()
    yield server
    await server.close()


class Shop:
    """Another site of the brand, with the widget on its page and a strict policy of its own."""

    def __init__(self) -> None:
        self.chat = ""
        self._app = web.Application()
        self._app.router.add_get("/", self._page)
        self._runner = web.AppRunner(self._app, access_log=None)

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, "localhost", 0).start()

    async def stop(self) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        # For browsers `localhost` and `127.0.0.1`, where the chat listens, are different sites.
        return f"http://localhost:{self._runner.addresses[0][1]}"

    async def _page(self, _: web.Request) -> web.Response:
        script = f'<script src="{self.chat}/chat/widget.js" async></script>'
        page = f'<!doctype html><html lang="en"><title>Shop</title>{script}'
        policy = f"default-src 'none'; script-src {self.chat}; frame-src {self.chat}"
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": policy})


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    await shop.start()
    yield shop
    await shop.stop()


@pytest.fixture
async def demo(contexts: NewContext, server: ChatServer) -> Page:
    """The example page, in English."""
    page = await (await contexts()).new_page()
    await page.goto(f"{server.url}/chat/demo")
    return page


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


async def open_by_keyboard(page: Page) -> None:
    launcher = page.get_by_role("button", name="Chat with Nimbéa")
    await launcher.focus()
    await page.keyboard.press("Enter")
    await expect(frame_of(page).get_by_role("textbox", name="Your message")).to_be_focused()


async def test_nothing_is_loaded_before_the_widget_is_opened(demo: Page) -> None:
    await expect(demo.get_by_role("button", name="Chat with Nimbéa")).to_be_visible()
    assert await demo.locator("iframe").count() == 0
    assert await demo.context.cookies() == []


async def test_widget_opens_talks_and_closes_by_keyboard(demo: Page, server: ChatServer) -> None:
    await open_by_keyboard(demo)
    await demo.keyboard.type("Hello")
    await demo.keyboard.press("Enter")
    await expect(frame_of(demo).locator("#messages .message")).to_have_count(1)
    await server.answer("Hi there")
    await expect(frame_of(demo).get_by_text("Hi there")).to_be_visible()
    await demo.keyboard.press("Escape")
    launcher = demo.get_by_role("button", name="Chat with Nimbéa")
    await expect(launcher).to_be_focused()
    await expect(launcher).to_have_attribute("aria-expanded", "false")
    await expect(demo.locator("iframe")).to_be_hidden()


async def test_messages_that_arrive_while_it_is_closed_are_counted(demo: Page, server: ChatServer) -> None:
    await open_by_keyboard(demo)
    await demo.keyboard.type("Hello")
    await demo.keyboard.press("Enter")
    await expect(frame_of(demo).locator("#messages .message")).to_have_count(1)
    await frame_of(demo).get_by_role("button", name="Close the conversation").click()
    await expect(demo.locator("iframe")).to_be_hidden()
    await server.answer("First")
    await server.answer("Second")
    launcher = demo.get_by_role("button", name="Chat with Nimbéa, unread messages: 2")
    await launcher.click()
    await expect(frame_of(demo).get_by_text("Second")).to_be_visible()
    await expect(demo.get_by_role("button", name="Close the conversation").last).to_be_visible()
    await demo.keyboard.press("Escape")
    await expect(demo.get_by_role("button", name="Chat with Nimbéa", exact=True)).to_be_focused()


async def test_link_of_the_page_opens_it_too(demo: Page) -> None:
    await demo.get_by_role("link", name="Write to us").click()
    await expect(frame_of(demo).get_by_role("textbox")).to_be_visible()
    assert demo.url.endswith("/chat/demo")


async def test_widget_speaks_the_language_of_its_page(contexts: NewContext, server: ChatServer) -> None:
    page = await (await contexts()).new_page()
    await page.goto(f"{server.url}/chat/demo?lang=es")
    await page.get_by_role("button", name="Hable con Nimbéa").click()
    await expect(frame_of(page).get_by_role("textbox", name="Su mensaje")).to_be_visible()


async def test_widget_fills_a_phone(contexts: NewContext, server: ChatServer) -> None:
    phone = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
    page = await (await contexts(**phone)).new_page()
    await page.goto(f"{server.url}/chat/demo")
    await page.get_by_role("button", name="Chat with Nimbéa").tap()
    await expect(frame_of(page).get_by_role("textbox")).to_be_visible()
    dialog = page.get_by_role("dialog")
    # It slides in.
    await dialog.evaluate("dialog => Promise.all(dialog.getAnimations().map(moving => moving.finished))")
    box = await dialog.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 375, "height": 667}
    await frame_of(page).get_by_role("button", name="Close the conversation").tap()
    await expect(page.get_by_role("button", name="Chat with Nimbéa")).to_be_visible()


async def embed(shop: Shop, server: ChatServer, *, origins: str, secure: bool) -> None:
    await server.stop()
    server.brand = example_brand(origins=origins)
    server.settings = msgspec.structs.replace(server.settings, secure_cookies=secure)
    await server.start()
    shop.chat = server.url


async def test_another_site_of_the_brand_keeps_the_conversation(
    contexts: NewContext, server: ChatServer, shop: Shop
) -> None:
    await embed(shop, server, origins=shop.url, secure=True)
    page = await (await contexts()).new_page()
    await page.goto(shop.url)
    await open_by_keyboard(page)
    await page.keyboard.type("From the shop")
    await page.keyboard.press("Enter")
    await expect(frame_of(page).locator("#messages .message")).to_have_count(1)
    await page.reload()
    await page.get_by_role("button", name="Chat with Nimbéa").click()
    await expect(frame_of(page).get_by_text("From the shop")).to_be_visible()
    [cookie] = await page.context.cookies()
    assert cookie["sameSite"] == "None"
    assert cookie.get("partitionKey")


async def test_visitor_is_told_where_the_browser_blocks_the_cookie(
    contexts: NewContext, server: ChatServer, shop: Shop
) -> None:
    await embed(shop, server, origins=shop.url, secure=False)
    page = await (await contexts()).new_page()
    await page.goto(shop.url)
    await page.get_by_role("button", name="Chat with Nimbéa").click()
    notice = frame_of(page).get_by_role("status").filter(has_text="blocks cookies")
    await expect(notice).to_be_visible()
    async with page.context.expect_page() as opened:
        await notice.get_by_role("link", name="Open in a window").click()
    await expect((await opened.value).get_by_role("textbox", name="Your message")).to_be_visible()


async def test_foreign_site_cannot_embed_the_chat(chromium: Browser, server: ChatServer, shop: Shop) -> None:
    await embed(shop, server, origins="https://www.nimbea.example", secure=True)
    page = await chromium.new_page(locale="en-GB")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(shop.url)
    await page.get_by_role("button", name="Chat with Nimbéa").click()
    await expect(page.locator("iframe")).to_be_attached()
    await expect(frame_of(page).get_by_role("textbox")).to_have_count(0)
    assert any("frame-ancestors" in complaint for complaint in complaints)
