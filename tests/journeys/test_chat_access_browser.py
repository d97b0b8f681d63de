"""The web chat for all: by keyboard, with a screen reader, on a phone, in every language."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from bot.messages import Button
from tests.browser import NewContext, chromium, contexts
from tests.fakes.chat import ChatServer
from tests.journeys.chat import open_chat, page, say, sees, server

__all__ = ["chromium", "contexts", "page", "server"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}


async def test_shift_enter_makes_a_new_line(page: Page, server: ChatServer) -> None:
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await sees(page, "one\ntwo")
    await expect(page.locator("#messages .message")).to_have_count(1)
    assert (await server.lines())[0].text == "one\ntwo"


async def test_whole_page_is_used_by_keyboard(page: Page, server: ChatServer) -> None:
    await page.keyboard.type("Hello")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Send")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#messages .message")).to_have_count(1)
    await server.answer("Which one?", buttons=(Button(title="This one", payload="/this"),))
    button = page.get_by_role("button", name="This one")
    await expect(button).to_be_visible()
    await page.keyboard.press("Shift+Tab")
    await expect(button).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("log")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await sees(page, "Hello", "Which one?", "This one")


async def test_screen_reader_finds_its_way(page: Page, server: ChatServer) -> None:
    await say(page, "Hello")
    await expect(page.locator("#messages .message")).to_have_count(1)
    await server.answer("Which one?", buttons=(Button(title="This one", payload="/this"),))
    await expect(page.get_by_role("button", name="This one")).to_be_visible()
    tree = await page.locator("body").aria_snapshot()
    for landmark in (
        '- heading "Nimbéa" [level=1]',
        '- navigation "Language of the page":',
        '- log "Conversation":',
        '- textbox "Your message"',
        '- button "Send"',
        '- group "Suggested replies":',
    ):
        assert landmark in tree
    log = page.get_by_role("log")
    assert await log.get_attribute("aria-live") == "polite"
    assert await log.get_attribute("aria-busy") == "false"
    messages = page.locator("#messages .message")
    assert await messages.evaluate_all("all => all.map(m => m.innerText.split(' : ')[0].trim())") == [
        "You",
        "Automated assistant",
    ]
    unnamed = "e => e.filter(x => !(x.ariaLabel || x.innerText.trim() || x.labels?.length)).length"
    assert await page.locator("a, button, textarea, [role=group]").evaluate_all(unnamed) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_stands_out_from_its_ground(
    contexts: NewContext, server: ChatServer, scheme: str
) -> None:
    page = await (await contexts(color_scheme=scheme, reduced_motion="reduce")).new_page()
    await open_chat(page, server)
    await say(page, "Hello")
    await expect(page.locator("#messages .message")).to_have_count(1)
    await server.answer("I am an agent", author="agent", purpose="agent")
    await server.answer("Which https://a.example one?", buttons=(Button(title="This one", payload="/this"),))
    await expect(page.get_by_role("button", name="This one")).to_be_visible()
    weak: list[str] = await page.evaluate(CONTRASTS)
    assert weak == []


async def test_page_fits_a_small_phone(contexts: NewContext, server: ChatServer) -> None:
    page = await (await contexts(**PHONE)).new_page()
    await open_chat(page, server)
    await say(page, "Hello " + "w" * 300)
    await expect(page.locator("#messages .message")).to_have_count(1)
    await server.answer(
        "https://www.nimbea.example/" + "a" * 200,
        buttons=tuple(
            Button(title=f"A rather long title of a button, number {n}", payload=f"/{n}") for n in range(4)
        ),
    )
    await expect(page.get_by_role("button", name="number 3")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    field = await page.get_by_role("textbox").bounding_box()
    assert field
    assert field["y"] + field["height"] <= 640
    small = "e => e.filter(x => x.getBoundingClientRect().height < 40).map(x => x.outerHTML)"
    assert await page.locator("button:visible, nav a:visible").evaluate_all(small) == []


async def test_page_changes_its_language(page: Page, server: ChatServer) -> None:
    await page.get_by_role("link", name="Español").click()
    await expect(page.locator("html[lang=es]")).to_be_attached()
    await expect(page.get_by_role("textbox", name="Su mensaje")).to_be_visible()
    await page.get_by_role("textbox").fill("Hola")
    await page.get_by_role("button", name="Enviar").click()
    await sees(page, "Hola")


# Texts whose contrast with the ground behind them is below 4.5 (WCAG 2.2, AA).
CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([r, g, b]) => [r, g, b]
    .map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const element of document.querySelectorAll(".card *")) {
    const hasText = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!hasText || element.matches(".unseen, :disabled") || !element.checkVisibility()) continue;
    const pair = [luminance(rgba(getComputedStyle(element).color)), luminance(ground(element))].sort();
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) weak.push(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
  }
  return weak;
}"""
