"""An agent meets the limits of a platform, in a browser: time, length, private answers, consent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from bot.brand import ApprovedText
from bot.channels.base import Windows
from bot.store import bell, conversations
from tests.browser import NewContext, chromium, contexts
from tests.fakes.desk import PASSWORD, REFERENCE, DeskHouse

__all__ = ["chromium", "contexts"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

BAG = ApprovedText(name="bag_found", language="en", text="Dear {1}, your bag is at {2}.")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    house = DeskHouse(tmp_path)
    house.network(
        windows=Windows(anybody=timedelta(hours=24), templates=True),
        private_reply=timedelta(days=7),
        longest_text=100,
        measure=lambda text: len(text.encode()),
        templates=(BAG,),
    )
    runner = web.AppRunner(house.app(), shutdown_timeout=2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    house.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    house.agent("ann")
    yield house
    await runner.cleanup()
    house.store.close()


async def _case(house: DeskHouse, contexts: NewContext, **look: object) -> Page:
    page = await (await contexts(**look)).new_page()
    await page.goto(f"{house.url}/desk/cases/{REFERENCE}")
    await page.get_by_label("Login").fill("ann")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator("#head")).to_be_visible()
    return page


def _later(house: DeskHouse, conversation_id: int, **delta: float) -> None:
    """Time goes by and the page looks again."""
    house.later(**delta)
    house.bell.ring(bell.QUEUE, bell.conversation(conversation_id))


async def test_a_text_that_is_too_long_is_told_while_it_is_typed(
    house: DeskHouse,
    contexts: NewContext,
) -> None:
    house.case()
    page = await _case(house, contexts)
    await page.get_by_label("Your reply").fill("é" * 40)
    await expect(page.locator(".counter")).to_have_text("80 of 100")
    await page.get_by_label("Your reply").fill("é" * 51)
    await expect(page.locator(".counter.over")).to_have_text("102 of 100")
    await expect(page.locator("#said")).to_have_text("102 of 100")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("alert").filter(has_text="102 of 100")).to_be_visible()
    await expect(page.get_by_label("Your reply")).to_have_value("é" * 51)
    await page.get_by_label("Your reply").fill("short")
    await expect(page.locator(".counter")).to_be_hidden()


async def test_a_window_closes_and_an_approved_text_goes_out_by_keyboard(
    house: DeskHouse,
    contexts: NewContext,
) -> None:
    private = house.case().conversation_id
    page = await _case(house, contexts)
    await expect(page.get_by_text("24 h 00 min left")).to_be_visible()
    _later(house, private, hours=23, minutes=30)
    await expect(page.get_by_text("30 min left", exact=True)).to_be_visible()
    _later(house, private, minutes=31)
    await expect(page.get_by_text("Too long since the customer wrote")).to_be_visible()
    await expect(page.get_by_role("button", name="Send")).to_have_count(0)
    summary = page.get_by_text("bag found")
    await summary.focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Blank 1").fill("Ana")
    await expect(page.locator(".preview")).to_have_text("Dear Ana, your bag is at {2}.")
    _later(house, private, minutes=5)
    await page.get_by_label("Blank 2").fill("gate 3")
    await expect(page.locator(".preview")).to_have_text("Dear Ana, your bag is at gate 3.")
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages").get_by_text("Dear Ana, your bag is at gate 3.")).to_be_visible()
    await expect(page.get_by_label("Blank 1")).to_have_value("")


async def test_from_public_to_private_to_solved_in_private(
    house: DeskHouse,
    contexts: NewContext,
) -> None:
    case = house.case("My bag is lost", surface="public")
    page = await _case(house, contexts)
    await expect(page.get_by_label("Privately to the author")).to_be_checked()
    await page.get_by_label("Your reply").fill("Your booking X4K9PL is safe")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("sent to the author of the public message")).to_be_visible()
    await expect(page.get_by_role("button", name="Publish")).to_be_hidden()
    private = house.joins(case)
    await expect(page.get_by_label("Private chat")).to_be_checked(timeout=15_000)
    await page.get_by_role("button", name="Ask whether we may say so publicly").click()
    await expect(page.locator("#messages").get_by_text("We are glad that this is solved")).to_be_visible()
    house.clock.forward(minutes=1)
    house.says("Yes, you may", text_is_payload=True, shown="Yes, you may")
    await page.get_by_role("button", name="Publish “solved in private”").click()
    await expect(page.locator("#messages").get_by_text("This was solved in private.")).to_be_visible()
    await expect(page.locator("#solved").get_by_text("Said in public.")).to_be_visible()
    assert house.lines(private)[-1].text == "Yes, you may"


async def test_limits_fit_on_a_phone(house: DeskHouse, contexts: NewContext) -> None:
    case = house.case("My bag is lost", surface="public")
    private = house.joins(case)
    house.clock.forward(hours=25)
    now = house.clock()
    house.store.run_now(lambda c: conversations.change(c, private, elsewhere_at=now))
    house.says("Hello?", surface="public")
    page = await _case(house, contexts, viewport={"width": 360, "height": 740})
    await expect(page.get_by_text("Too long since the customer wrote")).to_be_visible()
    await expect(page.get_by_text("Answered elsewhere on")).to_be_visible()
    root = "document.scrollingElement"
    assert await page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
