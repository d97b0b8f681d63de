"""Two agents at the desk, each in a browser of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Locator, Page, expect

from tests.browser import NewContext, chromium, contexts, still_loading
from tests.fakes.desk import PASSWORD, REFERENCE, DeskHouse

__all__ = ["chromium", "contexts"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[DeskHouse]:
    house = DeskHouse(tmp_path)
    runner = web.AppRunner(house.app(), shutdown_timeout=2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    house.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield house
    await runner.cleanup()
    house.store.close()


@pytest.fixture
async def ann(house: DeskHouse, contexts: NewContext) -> Page:
    house.agent("ann")
    return await _at_desk(house, contexts, "ann")


@pytest.fixture
async def bob(house: DeskHouse, contexts: NewContext) -> Page:
    house.agent("bob")
    return await _at_desk(house, contexts, "bob")


async def _at_desk(house: DeskHouse, contexts: NewContext, login: str) -> Page:
    page = await (await contexts()).new_page()
    await page.goto(f"{house.url}/desk")
    await page.get_by_label("Login").fill(login)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    return page


async def _open(page: Page, house: DeskHouse) -> None:
    await page.goto(f"{house.url}/desk/cases/{REFERENCE}")


async def _keys_work(page: Page) -> None:
    """The page's script runs: it shows the button for the help."""
    await expect(page.get_by_role("button", name="Keyboard")).to_be_visible()


def _messages(page: Page, text: str) -> Locator:
    return page.locator("#messages").get_by_text(text)


async def test_a_new_case_appears_in_two_queues_and_one_agent_gets_it(
    house: DeskHouse, ann: Page, bob: Page
) -> None:
    await expect(ann.get_by_text("Nothing waits here.")).to_be_visible()
    house.case("My bag is lost")
    for page in (ann, bob):
        await expect(page.get_by_text("My bag is lost")).to_be_visible()
        await expect(page).to_have_title("(1) Queue · Nimbéa desk")
    await ann.get_by_role("button", name=f"Claim {REFERENCE}").click()
    await expect(ann.locator(".row .owner")).to_have_text("you")
    await expect(bob.locator(".row .owner")).to_have_text("Ann")
    await expect(bob.get_by_role("button", name="Claim")).to_have_count(0)


async def test_who_is_late_is_told_who_was_faster(house: DeskHouse, ann: Page, bob: Page) -> None:
    house.case()
    claim = f"Claim {REFERENCE}"
    await expect(bob.get_by_role("button", name=claim)).to_be_visible()
    # Bob presses the button before his page has heard of Ann.
    form = bob.locator("form[data-act]").first
    await form.evaluate("form => { window.kept = form.cloneNode(true); document.body.append(kept); }")
    await ann.get_by_role("button", name=claim).click()
    await expect(ann.locator(".row .owner")).to_have_text("you")
    await bob.evaluate("window.kept.requestSubmit()")
    await expect(bob.get_by_text("Ann owns this case. Nothing was done.").first).to_be_visible()


async def test_a_case_from_first_reply_to_reopening(house: DeskHouse, ann: Page, bob: Page) -> None:
    case = house.case("My bag is lost")
    await _open(ann, house)
    await _open(bob, house)
    await expect(ann.get_by_text("Bob is looking at this case")).to_be_visible()

    await ann.get_by_label("Your reply").fill("We are on it")
    await expect(bob.get_by_text("Ann is writing a reply")).to_be_visible()
    await ann.get_by_role("button", name="Send").click()
    await expect(_messages(bob, "We are on it")).to_be_visible()
    await expect(ann.get_by_label("Your reply")).to_have_value("")
    await expect(bob.get_by_text("Ann owns this case. Take it over to reply.")).to_be_visible()
    await expect(bob.get_by_role("button", name="Send")).to_be_disabled()
    await expect(ann.locator(".delivery")).to_have_text("on its way")
    house.failed(house.lines()[-1], "the chat was closed")
    await expect(ann.locator(".delivery")).to_have_text("not sent: the chat was closed")
    await ann.get_by_role("button", name="Send again").click()
    await expect(ann.locator(".delivery")).to_have_text("on its way")
    house.delivered(house.lines()[-1])
    await expect(ann.locator(".delivery")).to_have_text("sent")

    await ann.get_by_label("Your reply").fill("half a thou")
    house.says("It is green")
    await expect(_messages(ann, "It is green")).to_be_visible()
    await expect(ann.get_by_label("Your reply")).to_have_value("half a thou")
    await expect(ann.get_by_label("Your reply")).to_be_focused()

    await bob.get_by_text("Internal note", exact=True).click()
    await bob.get_by_label("Your note").fill("Seen in Porto")
    await bob.get_by_role("button", name="Save note").click()
    await expect(_messages(ann, "Seen in Porto")).to_be_visible()

    await bob.get_by_role("button", name="Take over").click()
    await expect(ann.get_by_text("Bob owns this case. Take it over to reply.")).to_be_visible()

    await bob.get_by_role("button", name="Resolve").click()
    await expect(ann.locator("#head .status")).to_have_text("resolved")
    await ann.get_by_role("button", name="Reopen and take").click()
    await expect(bob.locator("#head .status")).to_have_text("claimed · Ann")
    assert house.now(case).status == "claimed"


async def test_transfer_and_back_to_the_bot(house: DeskHouse, ann: Page, bob: Page) -> None:
    case = house.case()
    await _open(ann, house)
    await ann.locator("#acts").get_by_text("Transfer", exact=True).first.click()
    await ann.get_by_label("To team").select_option("press")
    await ann.get_by_label("Note for the team").fill("This one is yours")
    await ann.get_by_role("button", name="Transfer").click()
    await expect(bob.locator(".row .team")).to_have_text("Press office")
    await expect(_messages(ann, "This one is yours")).to_be_visible()
    await ann.get_by_role("button", name="Hand back to the bot").click()
    await expect(ann.locator("#head .status")).to_have_text("with the bot")
    await expect(_messages(ann, "automated assistant again")).to_be_visible()
    await expect(bob.get_by_text("Nothing waits here.")).to_be_visible()
    assert house.now(case).status == "handed_back"


async def test_personal_details_are_not_published(house: DeskHouse, ann: Page) -> None:
    case = house.case(surface="public")
    await _open(ann, house)
    await expect(ann.get_by_text("Everyone can read this. No personal details.")).to_be_visible()
    await ann.get_by_label("Your reply").fill("Your booking X4K9PL is fine")
    await ann.get_by_role("button", name="Publish").click()
    await expect(ann.get_by_role("alert").filter(has_text="a booking reference")).to_be_visible()
    await expect(ann.get_by_label("Your reply")).to_have_value("Your booking X4K9PL is fine")
    house.joins(case)
    await expect(ann.get_by_label("Private chat")).to_be_checked(timeout=15_000)
    await ann.get_by_role("button", name="Send").click()
    await expect(_messages(ann, "Your booking X4K9PL is fine")).to_be_visible()


async def test_a_draft_is_kept_and_forgotten_with_the_session(house: DeskHouse, ann: Page) -> None:
    house.case()
    await _open(ann, house)
    await ann.get_by_label("Your reply").fill("not finished")
    await ann.reload()
    await expect(ann.get_by_label("Your reply")).to_have_value("not finished")
    await ann.locator("details.menu summary").click()
    await ann.get_by_role("button", name="Log out").click()
    await expect(ann.get_by_text("You are logged out.")).to_be_visible()
    assert await ann.evaluate("Object.keys(localStorage).filter(k => k.startsWith('draft:'))") == []


async def test_what_is_written_while_the_page_still_loads_stays_behind_the_draft(
    house: DeskHouse, ann: Page
) -> None:
    house.case()
    await _open(ann, house)
    await ann.get_by_label("Your reply").fill("not finished")
    async with still_loading(ann, "**/case.js*"):
        await ann.get_by_label("Your reply").fill("and more")
    await expect(ann.get_by_label("Your reply")).to_have_value("not finished\nand more")
    await ann.reload()
    await expect(ann.get_by_label("Your reply")).to_have_value("not finished\nand more")


async def test_the_whole_work_is_done_by_keyboard(house: DeskHouse, ann: Page) -> None:
    house.case("The second", reference="NB-SECOND", rank=2, person="dora")
    house.case("The first", rank=0)
    await expect(ann.locator(".row")).to_have_count(2)
    await _keys_work(ann)
    await ann.keyboard.press("j")
    await expect(ann.locator(f"#case-{REFERENCE} .row-link")).to_be_focused()
    await ann.keyboard.press("c")
    await expect(ann.locator(f"#case-{REFERENCE} .owner")).to_have_text("you")
    await expect(ann.locator(f"#case-{REFERENCE} .row-link")).to_be_focused()
    await ann.keyboard.press("j")
    await expect(ann.locator("#case-NB-SECOND .row-link")).to_be_focused()
    await ann.keyboard.press("k")
    await ann.keyboard.press("Enter")
    await expect(ann.locator("#head")).to_be_visible()
    await _keys_work(ann)
    await ann.keyboard.press("r")
    await ann.keyboard.type("By keyboard")
    await ann.keyboard.press("Control+Enter")
    await expect(_messages(ann, "By keyboard")).to_be_visible()
    await ann.keyboard.press("Escape")
    await ann.keyboard.press("n")
    await ann.keyboard.type("a note, with keys: j k c r ?")
    await ann.keyboard.press("Control+Enter")
    await expect(_messages(ann, "a note, with keys")).to_be_visible()
    await ann.keyboard.press("Escape")
    await ann.keyboard.press("?")
    await expect(ann.get_by_role("dialog", name="Keyboard")).to_be_visible()
    await ann.keyboard.press("Escape")
    await expect(ann.get_by_role("dialog")).to_be_hidden()
    await ann.keyboard.press("u")
    await expect(ann.get_by_role("heading", name="Queue")).to_be_visible()


async def test_hostile_words_stay_words(house: DeskHouse, ann: Page) -> None:
    evil = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"
    await expect(ann.get_by_text("Nothing waits here.")).to_be_visible()
    house.case(evil, person=evil)
    await expect(ann.locator(".row .words")).to_contain_text("<script>")
    await _open(ann, house)
    house.says(f"once more {evil}", person=evil)
    await expect(_messages(ann, "once more <img")).to_be_visible()
    assert "broken" not in await ann.title()


async def test_a_lost_connection_is_told_and_nothing_is_missed(house: DeskHouse, ann: Page) -> None:
    house.case()
    await _open(ann, house)
    await ann.context.set_offline(True)
    house.says("While you were away")
    await expect(ann.locator("#offline")).to_be_visible(timeout=20_000)
    await ann.context.set_offline(False)
    await expect(_messages(ann, "While you were away")).to_be_visible(timeout=20_000)
    await expect(ann.locator("#offline")).to_be_hidden()


async def test_the_desk_fits_on_a_phone(house: DeskHouse, contexts: NewContext) -> None:
    house.agent("ann")
    house.case("My bag is lost " * 20)
    page = await (await contexts(viewport={"width": 360, "height": 740})).new_page()
    await page.goto(f"{house.url}/desk/cases/{REFERENCE}")
    await page.get_by_label("Login").fill("ann")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.get_by_label("Your reply")).to_be_in_viewport()
    assert await _overflow(page) == 0
    await page.locator("[data-back]").click()
    await expect(page.locator(".row")).to_be_visible()
    assert await _overflow(page) == 0


async def _overflow(page: Page) -> int:
    """How far the page can be scrolled sideways, in pixels."""
    root = "document.scrollingElement"
    width: int = await page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    return width
