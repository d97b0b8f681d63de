"""A supervisor sees to what was set aside, and everybody sees an account that cannot send."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timezone
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from bot.messages import Inbound
from bot.store import bell, set_aside
from bot.store.accounts import Accounts
from bot.store.set_aside import TRIES, Failed
from tests.browser import NewContext, chromium, contexts
from tests.fakes.channel import event
from tests.fakes.desk import PASSWORD, REFERENCE, DeskHouse

__all__ = ["chromium", "contexts"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

ERROR = "ValueError at bot/conversation/compose.py:88 in outcome"


def present() -> datetime:
    return datetime.now(timezone.utc)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    house = DeskHouse(tmp_path, present)
    runner = web.AppRunner(house.app(), shutdown_timeout=2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    house.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield house
    await runner.cleanup()
    house.store.close()


@pytest.fixture
async def sue(house: DeskHouse, contexts: NewContext) -> Page:
    """The page of a supervisor."""
    house.agent("sue", role="supervisor")
    return await at_desk(house, contexts, "sue")


async def at_desk(
    house: DeskHouse,
    contexts: NewContext,
    login: str,
    **look: object,
) -> Page:
    page = await (await contexts(**look)).new_page()
    await page.goto(f"{house.url}/desk")
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    return page


def turn(house: DeskHouse) -> None:
    """A turn of Carla's was set aside, and her case waits."""
    case = house.case("How big may my bag be?")
    names = {"channel": "fake", "account": "main", "error": ERROR}
    house.store.run_now(set_aside.put_turn, case.conversation_id, attempts=5, now=present(), **names)
    house.bell.ring(bell.QUEUE)


def request(house: DeskHouse, words: str = "hello") -> None:
    """A request was set aside."""
    events: list[Inbound] = [event(words, number=77, at=present(), person="dora")]
    failed = Failed(
        channel="fake", account="main", digest="d", body=msgspec.json.encode(events).decode(), error=ERROR
    )
    for _ in range(TRIES + 1):
        house.store.run_now(set_aside.count_request, failed, present())
    house.bell.ring(bell.QUEUE)


async def test_what_is_set_aside_appears_and_is_seen_to(house: DeskHouse, sue: Page) -> None:
    link = sue.get_by_role("link", name="Set aside")
    await expect(link).to_have_text("Set aside")
    turn(house)
    await expect(link).to_have_text("Set aside 1")
    await link.click()
    await expect(sue.get_by_role("heading", name="Set aside")).to_be_visible()
    await expect(sue.get_by_text(ERROR)).to_be_visible()
    await expect(sue.get_by_role("link", name=f"Case {REFERENCE}")).to_be_visible()
    request(house, "<img src=x onerror=\"document.title='broken'\">")
    await expect(sue.locator(".aside-row")).to_have_count(2)
    await sue.get_by_text("What came").click()
    await expect(sue.locator(".aside-body pre")).to_contain_text("onerror")
    first = sue.locator(".aside-row").filter(has_text="Request of the platform")
    await first.get_by_role("button", name="Try again").click()
    await expect(sue.locator("#toasts").get_by_text("Taken in. New events: 1")).to_be_visible()
    await expect(sue.locator(".aside-row")).to_have_count(1)
    await sue.get_by_role("button", name="Settle").click()
    await expect(sue.get_by_text("Nothing is set aside.")).to_be_visible()
    await expect(link).to_have_text("Set aside")
    assert "broken" not in await sue.title()


async def test_it_is_done_by_keyboard_and_the_unfolded_stays_unfolded(house: DeskHouse, sue: Page) -> None:
    request(house)
    await sue.goto(f"{house.url}/desk/aside")
    summary = sue.get_by_text("What came")
    await summary.focus()
    await sue.keyboard.press("Enter")
    turn(house)
    await expect(sue.locator(".aside-row")).to_have_count(2)
    await expect(sue.locator(".aside-body pre")).to_be_visible()
    await expect(summary).to_be_focused()
    for _ in range(3):  # past the text, which scrolls, and "Try again"
        await sue.keyboard.press("Tab")
    await expect(sue.locator(":focus")).to_have_text("Settle")
    await expect(sue.locator(":focus")).to_have_accessible_description(re.compile("Request of the platform"))
    await sue.keyboard.press("Enter")
    await expect(sue.locator(".aside-row")).to_have_count(1)


async def test_what_fails_again_says_so(house: DeskHouse, sue: Page) -> None:
    house.channel.stumbles = KeyError("hello")
    request(house)
    await sue.goto(f"{house.url}/desk/aside")
    await sue.get_by_role("button", name="Try again").click()
    await expect(sue.locator("#toasts").get_by_text("It failed again: KeyError at bot/desk/")).to_be_visible()
    await expect(sue.locator(".aside-error")).to_contain_text("KeyError")


async def test_an_account_that_cannot_send_is_red_on_every_page_while_it_lasts(
    house: DeskHouse,
    contexts: NewContext,
) -> None:
    house.agent("ann")
    ann = await at_desk(house, contexts, "ann")
    known = Accounts(house.store, house.bell, house.clock)
    await known.stopped("telegram", "nimbea_fr", "refused")
    alarm = ann.get_by_role("status").filter(has_text="Messages on telegram/nimbea_fr cannot be sent since")
    await expect(alarm).to_be_visible()
    await expect(ann.get_by_role("link", name="Set aside")).to_have_count(0)
    await ann.goto(f"{house.url}/desk/account")
    await expect(alarm).to_be_visible()
    await ann.goto(f"{house.url}/desk")
    await known.working("telegram", "nimbea_fr")
    await expect(alarm).to_be_hidden()


async def test_both_fit_on_a_phone(house: DeskHouse, contexts: NewContext) -> None:
    house.agent("sue", role="supervisor")
    turn(house)
    request(house, "x" * 500)
    await Accounts(house.store, house.bell, house.clock).stopped("telegram", "nimbea_fr", "refused")
    page = await at_desk(house, contexts, "sue", viewport={"width": 360, "height": 740})
    for path in ("aside", f"cases/{REFERENCE}", ""):
        await page.goto(f"{house.url}/desk/{path}".rstrip("/"))
        await expect(page.get_by_text("cannot be sent since")).to_be_visible()
        root = "document.scrollingElement"
        assert await page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0, path
