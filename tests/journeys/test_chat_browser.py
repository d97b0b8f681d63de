"""The web chat as a visitor meets it, in a real browser."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from bot.clock import now
from bot.messages import Button
from bot.store import bell, transcript
from bot.store.rows import Line
from tests.browser import chromium, contexts, still_loading
from tests.fakes.chat import ChatServer
from tests.journeys.chat import open_chat, page, say, sees, server

__all__ = ["chromium", "contexts", "page", "server"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


async def test_visitor_writes_and_is_answered(page: Page, server: ChatServer) -> None:
    await expect(page.get_by_text("You are talking to an automated assistant")).to_be_visible()
    await say(page, "How big may a bag be?")
    await expect(page.locator(".message.customer")).to_contain_text("Sent")
    await expect(page.get_by_text("The assistant is writing…")).to_be_visible()
    await server.answer("55 by 40 by 20 centimetres.")
    await sees(page, "How big may a bag be?", "55 by 40 by 20 centimetres.")
    await expect(page.get_by_text("The assistant is writing…")).to_be_hidden()
    await expect(page.get_by_role("textbox")).to_be_focused()


async def test_sign_of_writing_stays_while_the_bot_looks_for_its_answer(
    page: Page, server: ChatServer
) -> None:
    sign = page.get_by_text("The assistant is writing…")
    await say(page, "A hard question")
    await expect(sign).to_be_visible()
    await server.answer("I am looking into it.", is_last=False)
    await sees(page, "A hard question", "I am looking into it.")
    await expect(sign).to_be_visible()
    await server.answer("Here it is.")
    await sees(page, "A hard question", "I am looking into it.", "Here it is.")
    await expect(sign).to_be_hidden()


async def test_agent_is_introduced_by_name(page: Page, server: ChatServer) -> None:
    await say(page, "A person, please")
    await expect(page.locator(".message")).to_have_count(1)
    await server.answer("Here I am", author="agent", purpose="agent")
    await expect(page.locator("header")).to_contain_text("Customer care")
    await server.answer("Good bye from the bot")
    await expect(page.locator("header")).to_contain_text("Automated assistant")


async def test_quick_reply_is_pressed_once_and_shown_by_its_title(page: Page, server: ChatServer) -> None:
    await say(page, "Hello")
    await expect(page.locator("#messages .message")).to_have_count(1)
    buttons = (Button(title="My bag", payload="/bag"), Button(title="My seat", payload="/seat"))
    await server.answer("What is it about?", buttons=buttons)
    group = page.get_by_role("group", name="Suggested replies")
    await expect(group.get_by_role("button")).to_have_text(["My bag", "My seat"])
    await group.get_by_role("button", name="My bag").click()
    await sees(page, "Hello", "What is it about?", "My bag")
    await expect(group).to_be_hidden()
    await expect(page.get_by_role("textbox")).to_be_focused()
    line = await arrived(server)
    assert (line.text, line.is_payload, line.shown) == ("/bag", True, "My bag")
    await page.reload()
    await sees(page, "Hello", "What is it about?", "My bag")
    await expect(group).to_be_hidden()


async def test_conversation_and_open_buttons_survive_a_reload(page: Page, server: ChatServer) -> None:
    await say(page, "Hello")
    await expect(page.locator("#messages .message")).to_have_count(1)
    await server.answer("What is it about?", buttons=(Button(title="My bag", payload="/bag"),))
    await sees(page, "Hello", "What is it about?")
    await page.get_by_role("textbox").fill("half a sent")
    await page.reload()
    await sees(page, "Hello", "What is it about?")
    await expect(page.get_by_role("button", name="My bag")).to_be_visible()
    await expect(page.get_by_role("textbox")).to_have_value("half a sent")


async def test_what_is_written_while_the_page_still_loads_stays_behind_the_draft(page: Page) -> None:
    field = page.get_by_role("textbox")
    await field.fill("not finished")
    async with still_loading(page, "**/composer.js*"):
        await field.fill("and more")
    await expect(field).to_have_value("not finished\nand more")
    await page.reload()
    await expect(field).to_have_value("not finished\nand more")
    await expect(page.get_by_role("button", name="Send")).to_be_enabled()


async def test_second_tab_shows_the_same_conversation(page: Page, server: ChatServer) -> None:
    other = await page.context.new_page()
    await open_chat(other, server)
    await say(page, "From the first tab")
    await sees(other, "From the first tab")
    await say(other, "From the second tab")
    await sees(page, "From the first tab", "From the second tab")


async def test_restart_of_the_server_loses_and_repeats_nothing(page: Page, server: ChatServer) -> None:
    await say(page, "Before")
    await expect(page.locator("#messages .message")).to_have_count(1)
    await server.answer("Answer before")
    await sees(page, "Before", "Answer before")
    await server.stop()
    await expect(page.get_by_text("Connection lost, reconnecting…")).to_be_visible()
    await say(page, "Written meanwhile")
    await expect(page.locator(".message.unsent")).to_contain_text("Will be sent as soon as possible")
    await server.answer("Answered meanwhile")
    await server.start()
    await sees(page, "Before", "Answer before", "Answered meanwhile", "Written meanwhile")
    await expect(page.locator(".message.unsent")).to_have_count(0)
    await expect(page.get_by_text("Connection lost, reconnecting…")).to_be_hidden()
    await server.answer("Answer after")
    await expect(page.locator(".message").last).to_contain_text("Answer after")
    assert [line.text for line in await server.lines()].count("Written meanwhile") == 1


async def test_message_that_could_not_leave_is_sent_after_a_reload(page: Page, server: ChatServer) -> None:
    await page.route("**/chat/messages*", lambda route: route.abort())
    await say(page, "One")
    await say(page, "Two")
    await expect(page.locator(".message.unsent")).to_have_count(2)
    await page.unroute("**/chat/messages*")
    await page.reload()
    await sees(page, "One", "Two")
    await expect(page.locator(".message.unsent")).to_have_count(0)
    assert [line.text for line in await server.lines()] == ["One", "Two"]


async def test_message_whose_confirmation_got_lost_is_taken_in_once(page: Page, server: ChatServer) -> None:
    lost = 0

    async def lose(route: Route) -> None:
        nonlocal lost
        await route.fetch()
        lost += 1
        await (route.abort() if lost == 1 else route.continue_())

    await page.route("**/chat/messages*", lose)
    await say(page, "Once only")
    await sees(page, "Once only")
    await expect(page.locator(".message.unsent")).to_have_count(0)
    assert [line.text for line in await server.lines()] == ["Once only"]


async def test_refused_message_can_be_tried_again_or_discarded(page: Page, server: ChatServer) -> None:
    await page.route("**/chat/messages*", lambda route: route.fulfill(status=403, json={"error": "x"}))
    await say(page, "First")
    await say(page, "Second")
    await expect(page.get_by_text("Not sent")).to_have_count(2)
    await page.get_by_role("button", name="Discard").first.click()
    await page.unroute("**/chat/messages*")
    await page.get_by_role("button", name="Try again").click()
    await sees(page, "Second")
    await expect(page.locator("#messages .message")).to_have_count(1)
    await expect(page.get_by_text("Not sent")).to_have_count(0)
    assert [line.text for line in await server.lines()] == ["Second"]


async def test_too_many_messages_at_once_are_all_sent_in_order(page: Page, server: ChatServer) -> None:
    texts = [f"Message {number}" for number in range(24)]
    for text in texts:
        await say(page, text)
    await expect(page.locator("#messages .message")).to_have_count(24, timeout=20_000)
    assert [line.text for line in await server.lines()] == texts


async def test_lost_cookie_begins_a_new_conversation_on_the_page(page: Page, server: ChatServer) -> None:
    await say(page, "As the first visitor")
    await sees(page, "As the first visitor")
    await page.context.clear_cookies()
    await say(page, "As somebody new")
    await sees(page, "As somebody new")
    await server.answer("Welcome", 2)
    await sees(page, "As somebody new", "Welcome")


async def test_hostile_text_is_shown_as_text(page: Page, server: ChatServer) -> None:
    await say(page, HOSTILE)
    await expect(page.locator("#messages .message")).to_have_count(1)
    await server.answer(HOSTILE + ' javascript:alert(1) https://evil.example/"onmouseover=x')
    await sees(page, HOSTILE, HOSTILE + ' javascript:alert(1) https://evil.example/"onmouseover=x')
    assert await page.title() == "Chat with Nimbéa"
    assert await page.locator(".message img, .message script").count() == 0
    assert await page.locator(".message a").evaluate_all("links => links.map(a => a.href)") == [
        "https://evil.example/"
    ]


async def test_addresses_in_texts_are_links_that_give_nothing_away(page: Page, server: ChatServer) -> None:
    await say(page, "Hello")
    await expect(page.locator("#messages .message")).to_have_count(1)
    await server.answer("See https://www.nimbea.example/bags (or http://a.example/x_(y)). Ref NB-7K2QX4.")
    links = page.locator(".message a")
    await expect(links).to_have_text(["https://www.nimbea.example/bags", "http://a.example/x_(y)"])
    assert set((await links.first.get_attribute("rel") or "").split()) >= {"noopener", "noreferrer"}
    await expect(page.locator(".reference")).to_have_text("NB-7K2QX4")


async def test_long_text_is_counted_and_not_cut(page: Page) -> None:
    field = page.get_by_role("textbox")
    await field.fill("a" * 4003)
    await expect(page.get_by_text("3 characters too many")).to_be_visible()
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()
    await field.press("Enter")
    await expect(field).to_have_value("a" * 4003)
    await field.fill("a" * 3990)
    await expect(page.get_by_text("10 characters left")).to_be_visible()
    await expect(page.get_by_role("button", name="Send")).to_be_enabled()


async def test_reader_of_old_messages_is_not_dragged_to_the_end(page: Page, server: ChatServer) -> None:
    await say(page, "Hello")
    await expect(page.locator("#messages .message")).to_have_count(1)
    for number in range(30):
        await server.answer(f"Answer {number}")
    await expect(page.get_by_text("Answer 29")).to_be_in_viewport()
    await page.get_by_role("log").evaluate("log => log.scrollTo({top: 0, behavior: 'instant'})")
    await server.answer("News")
    newer = page.get_by_role("button", name="New messages")
    await expect(newer).to_be_visible()
    await expect(page.get_by_text("News", exact=True)).not_to_be_in_viewport()
    await newer.click()
    await expect(page.get_by_text("News", exact=True)).to_be_in_viewport()
    await expect(newer).to_be_hidden()


async def test_end_stays_in_view_while_signs_of_writing_come_and_go(page: Page, server: ChatServer) -> None:
    await say(page, "Hello")
    await expect(page.locator("#messages .message")).to_have_count(1)
    for number in range(8):
        # In one go, so that the browser lays out the page once for all of it.
        await server.answer("Many lines.\n" * 5, author="agent")
        await server.answer("More lines.\n" * 3, author="agent")
        server.bell.ring(bell.writing(1))
        await expect(page.locator(".message")).to_have_count(3 + 2 * number)
        # The desk rings at every few letters; the second message may have put out the first sign.
        server.bell.ring(bell.writing(1))
        await expect(page.get_by_text("An agent is writing…")).to_be_visible()
        await page.wait_for_function(AT_THE_END)


async def test_words_change_when_a_message_is_edited(page: Page, server: ChatServer) -> None:
    await say(page, "Helo")
    await expect(page.locator("#messages .message")).to_have_count(1)
    [line] = await server.lines()
    await server.store.run(transcript.edit, 1, line.platform_id, "Hello", now())
    server.bell.ring(bell.conversation(1))
    await sees(page, "Hello")
    await expect(page.locator(".message")).to_contain_text("edited")
    await server.store.run(transcript.delete, 1, line.platform_id, now())
    server.bell.ring(bell.conversation(1))
    await sees(page, "Message deleted")


async def test_quiet_connection_that_died_is_replaced(page: Page, server: ChatServer) -> None:
    await page.context.set_offline(True)
    await expect(page.get_by_text("You are offline.")).to_be_visible()
    await say(page, "Written offline")
    await page.context.set_offline(False)
    await sees(page, "Written offline")
    await expect(page.get_by_text("You are offline.")).to_be_hidden()
    await asyncio.wait_for(server.answer("Answered"), 5)
    await sees(page, "Written offline", "Answered")


AT_THE_END = """() => {
  const log = document.getElementById("log");
  return log.scrollHeight - log.scrollTop - log.clientHeight < 2;
}"""


async def arrived(server: ChatServer) -> Line:
    """The button that was pressed, which the page shows before the server has it."""
    for _ in range(500):
        line = (await server.lines())[-1]
        if line.is_payload:
            break
        await asyncio.sleep(0.02)
    return line
