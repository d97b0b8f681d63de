"""The whole product as people use it: real processes, the real model, a real browser.

Every test is a chapter of one story on one installation: they build on each other's time, not
on each other's data, for starting Rasa takes a while.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from scripts.chromium import launched
from tests.journeys.test_up import PORTS, Up, free_port

# Loading Rasa takes 10 to 20 s on two cores, and so does loading it again after it was killed.
pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.timeout(400),
    pytest.mark.asyncio(loop_scope="module"),
]

LOADING = 90_000
ACKNOWLEDGED = "Thank you for your message, I am looking into it right away."
CABIN_BAG = re.compile("55 × 40 × 25")


class Product:
    """A running installation, a browser, and the first login of the desk."""

    def __init__(self, environment: dict[str, str], browser: Browser) -> None:
        self.environment = environment
        self.browser = browser
        self.password = ""

    async def start(self, until: str = "Relais is up") -> None:
        """Start everything and wait until it says so much."""
        self.up = await Up.start(self.environment)
        await self.up.says(until)
        printed = re.search(r"password (\S+)", "".join(self.up.said))
        self.password = printed[1] if printed else self.password

    async def restart(self) -> None:
        """Stop everything as Ctrl-C does, and start it again; Rasa is still loading then."""
        await self.up.gets(signal.SIGINT)
        await self.start("The gateway accepts messages")

    async def visitor(self, language: str = "en") -> Page:
        """A new visitor's chat page."""
        page = await self._page()
        await page.goto(f"{self.up.url}/chat?lang={language}")
        return page

    async def agent(self) -> Page:
        """The desk, logged in."""
        page = await self._page()
        await page.goto(f"{self.up.url}/desk")
        await page.get_by_label("Login").fill("supervisor")
        await page.get_by_label("Password").fill(self.password)
        await page.get_by_role("button", name="Log in").click()
        return page

    async def _page(self) -> Page:
        context = await self.browser.new_context(locale="en-GB")
        return await context.new_page()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    state: Path = tmp_path_factory.mktemp("product")
    ports = {name: str(free_port()) for name in PORTS}
    expect.set_options(timeout=LOADING)
    async with launched() as browser:
        product = Product({"RELAIS_STATE": str(state), **ports}, browser)
        await product.start()
        yield product
        await product.up.gets(signal.SIGTERM)


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Your message").fill(text)
    await page.keyboard.press("Enter")


async def hears(page: Page, text: str | re.Pattern[str]) -> None:
    await expect(page.locator("#messages")).to_contain_text(text)


async def reference_in(page: Page) -> str:
    await hears(page, re.compile(r"NB-[0-9A-Z]{6}"))
    found = re.findall(r"NB-[0-9A-Z]{6}", await page.locator("#messages").inner_text())
    return str(found[-1])


async def test_a_question_is_answered_in_the_visitors_language(product: Product) -> None:
    page = await product.visitor()
    await say(page, "Hello, what size may my cabin bag be?")
    await hears(page, CABIN_BAG)
    await say(page, "¿cuánto puede medir mi equipaje de mano?")
    await hears(page, "incluido")
    await page.reload()
    await hears(page, CABIN_BAG)


async def test_a_complaint_is_handed_over_answered_resolved_reopened_and_handed_back(
    product: Product,
) -> None:
    desk = await product.agent()
    page = await product.visitor()
    await say(page, "You lost my suitcase for the second time, this is a disgrace!")
    reference = await reference_in(page)

    await desk.locator(f"a[href$='{reference}']").first.click()
    await desk.get_by_role("button", name="Claim", exact=True).click()
    await desk.get_by_label("Your reply").fill("I am Sam, I have found it. It comes tonight.")
    await desk.get_by_role("button", name="Send", exact=True).click()
    await hears(page, "I have found it")

    await say(page, "What size may my cabin bag be?")
    await expect(desk.locator("#messages")).to_contain_text("What size may my cabin bag be?")
    await desk.get_by_role("button", name="Resolve", exact=True).click()
    await expect(desk.locator("#record")).to_contain_text("resolved the case")
    assert not CABIN_BAG.search(await page.locator("#messages").inner_text())

    await say(page, "It did not come tonight!")
    await expect(desk.locator("#record")).to_contain_text("wrote again")
    await desk.get_by_role("button", name="Hand back to the bot").click()
    await expect(desk.locator("#record")).to_contain_text("handed the case back")
    await say(page, "What size may my cabin bag be?")
    await hears(page, CABIN_BAG)


async def test_a_message_posted_twice_is_answered_once(product: Product) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(product.up.url, cookie_jar=jar) as session:
        message = {"client_message_id": "same", "text": "How much is a checked bag?"}
        for _ in range(2):
            async with session.post("/chat/messages", json=message) as response:
                assert response.status == 202
        assert await events(session, 2) == ["customer", "bot"]


async def events(session: aiohttp.ClientSession, number: int) -> list[str]:
    """The authors of the first messages in the stream; nothing may come before the next number."""
    authors: list[str] = []
    async with session.get("/chat/events") as stream:
        async for raw in stream.content:
            if found := re.search(rb'"author":"(\w+)","name"', raw):
                authors.append(found[1].decode())
            if len(authors) == number:
                return authors
    return authors


async def test_rasa_killed_in_mid_conversation_costs_an_acknowledgement_and_no_message(
    product: Product,
) -> None:
    page = await product.visitor()
    await say(page, "Hello!")
    await hears(page, "automated assistant")
    os.kill(product.up.pid_of("rasa"), signal.SIGKILL)
    await say(page, "What size may my cabin bag be?")
    await hears(page, ACKNOWLEDGED)
    await hears(page, CABIN_BAG)
    text = await page.locator("#messages").inner_text()
    assert text.count(ACKNOWLEDGED) == 1
    assert len(CABIN_BAG.findall(text)) == 1


async def test_a_restart_of_everything_in_mid_conversation_loses_nothing(product: Product) -> None:
    desk = await product.agent()
    page = await product.visitor("fr")
    await page.get_by_role("textbox").fill("Vous avez perdu ma valise, c’est scandaleux !")
    await page.keyboard.press("Enter")
    reference = await reference_in(page)

    await product.restart()

    await page.get_by_role("textbox").fill("Vous êtes toujours là ?")
    await page.keyboard.press("Enter")
    await desk.goto(f"{product.up.url}/desk/cases/{reference}")
    await expect(desk.locator("#messages")).to_contain_text("Vous êtes toujours là ?")
    await desk.get_by_role("button", name="Claim", exact=True).click()
    await expect(desk.locator(".status-claimed")).to_be_visible()
    await desk.get_by_label("Your reply").fill("Bonjour, je m’en occupe.")
    await desk.get_by_role("button", name="Send", exact=True).click()
    await expect(desk.locator("#messages")).to_contain_text("je m’en occupe")
    await hears(page, "je m’en occupe")
    text = await page.locator("#messages").inner_text()
    assert text.count("perdu ma valise") == 1
    assert text.count(reference) == 1
