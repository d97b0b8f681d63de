"""Somebody speaks of the brand, and an agent joins in: found, rated, shown, answered, sent."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from msgspec import structs
from playwright.async_api import Page, expect

from bot.assistant.scripted import understood
from bot.brand import Account
from bot.inbox import seeking
from tests.browser import NewContext, chromium, contexts
from tests.fakes.channel import FakeChannel, mention
from tests.fakes.desk import PASSWORD
from tests.fakes.product import Product, eventually, product

__all__ = ["chromium", "contexts"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

ACCOUNT = Account(channel="fake", id="main", market="uk", options={"search": "nimbea"})
SCRIPT = {
    "lost": understood("problem", "problem", "I am sorry."),
    "smoke": understood("question", "question"),
}
ATTACK = "<img src=x onerror=\"document.title='broken'\"> Nimbea lost my bag"


class Square(FakeChannel):
    """A network that is searched and lets us join in."""

    features = structs.replace(FakeChannel.features, joins_in=True)

    def __init__(self) -> None:
        super().__init__()
        self.sought = "nimbea"

    def says(self, text: str, **more: str) -> None:
        """Somebody writes in public."""
        number = len(self.posts) + 1
        self.posts.append(mention(text, number=number, at=datetime.now(timezone.utc), **more))


@pytest.fixture
def square(monkeypatch: pytest.MonkeyPatch) -> Square:
    """It is looked at again and again."""
    monkeypatch.setattr(seeking, "EVERY", timedelta(seconds=0.2))
    return Square()


@pytest.fixture
async def running(tmp_path: Path, square: Square) -> AsyncIterator[Product]:
    async with product(tmp_path, (ACCOUNT, square), script=SCRIPT) as running:
        yield running


@pytest.fixture
def people(tmp_path: Path, running: Product) -> None:
    """Ann and Bob work here."""
    for login in ("ann", "bob"):
        running.hires(login, PASSWORD)


async def at_desk(
    running: Product,
    contexts: NewContext,
    login: str,
    **look: object,
) -> Page:
    page = await (await contexts(**look)).new_page()
    await page.goto(f"{running.url}/desk")
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    return page


async def test_a_mention_is_found_rated_and_answered_by_one_of_two_agents(
    running: Product,
    square: Square,
    people: None,
    contexts: NewContext,
) -> None:
    ann, bob = await at_desk(running, contexts, "ann"), await at_desk(running, contexts, "bob")
    square.says(ATTACK, author="Mia <b>")
    square.says("There is smoke in the cabin of Nimbea, help")
    alarm = ann.get_by_role("status").filter(has_text="Urgent mentions that nobody has seen to: 1")
    await expect(alarm).to_be_visible(timeout=15000)
    link = ann.get_by_role("navigation").get_by_role("link", name="Mentions")
    await expect(link).to_have_text("Mentions 2")
    for page in (ann, bob):
        await page.goto(f"{running.url}/desk/mentions")
        await expect(page.locator(".mention")).to_have_count(2)
    rows = ann.locator(".mention")
    await expect(rows.first).to_contain_text("Danger or threat")
    await expect(rows.nth(1)).to_contain_text("problem, quite sure")
    await expect(rows.nth(1)).to_contain_text("Mia <b>")
    post = rows.nth(1).get_by_role("link", name=re.compile("See the post on fake.example"))
    await expect(post).to_have_attribute("rel", "noopener noreferrer")
    assert "broken" not in await ann.title()
    assert square.texts == []
    answer = rows.nth(1).get_by_role("button", name="Answer")
    await expect(answer).to_have_accessible_description(re.compile("Mia <b>"))
    await answer.click()
    await expect(ann).to_have_url(re.compile(r"/desk/cases/NB-\w{6}"))
    await expect(bob.locator(".mention")).to_have_count(1, timeout=15000)
    await ann.locator("textarea[name=text]").first.fill("May we help you find it?")
    await ann.get_by_role("button", name="Publish").click()
    await eventually(lambda: square.texts == ["May we help you find it?"])
    assert square.outbounds[0].reply_to == "post-1"


async def test_it_is_done_by_keyboard_and_can_be_undone(
    running: Product,
    square: Square,
    people: None,
    contexts: NewContext,
) -> None:
    ann = await at_desk(running, contexts, "ann")
    for text in ("Nimbea lost one", "Nimbea lost two", "Nimbea lost three"):
        square.says(text)
    await ann.goto(f"{running.url}/desk/mentions")
    await expect(ann.locator(".mention.rank-1")).to_have_count(3, timeout=15000)
    await expect(ann.get_by_role("button", name="Keyboard")).to_be_visible()
    await ann.keyboard.press("j")
    await ann.keyboard.press("j")
    await expect(ann.locator(":focus")).to_contain_text("lost two")
    await ann.keyboard.press("d")
    await expect(ann.locator(".mention")).to_have_count(2)
    await expect(ann.locator(":focus")).to_contain_text("lost one")
    await ann.get_by_role("link", name="Dismissed").click()
    await expect(ann.locator(".mention")).to_contain_text("dismissed by Ann")
    await ann.get_by_role("button", name="Put back").click()
    await expect(ann.get_by_text("No mention was dismissed.")).to_be_visible()
    await ann.locator("#filters").get_by_role("link", name=re.compile("^New")).click()
    await expect(ann.locator(".mention")).to_have_count(3)
    while not await ann.locator(".mention:focus").count():  # the page hears keys a moment later
        await ann.keyboard.press("j")
    await ann.keyboard.press("a")
    await expect(ann).to_have_url(re.compile(r"/desk/cases/NB-\w{6}"))
    assert square.texts == []


async def test_it_fits_on_a_phone(
    running: Product,
    square: Square,
    people: None,
    contexts: NewContext,
) -> None:
    square.says("Nimbea lost it " + "x" * 400, author="M" * 180)
    page = await at_desk(running, contexts, "ann", viewport={"width": 360, "height": 740})
    await page.goto(f"{running.url}/desk/mentions")
    await expect(page.locator(".mention")).to_have_count(1, timeout=15000)
    root = "document.scrollingElement"
    assert await page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
