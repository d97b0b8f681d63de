"""What the page of a case says of the limits of a platform, and what it does about them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.brand import ApprovedText
from bot.channels.base import Windows
from bot.messages import Receipt
from bot.store import conversations, joining, outbound
from tests.fakes.desk import REFERENCE, Client, DeskHouse, act

PATH = f"/desk/cases/{REFERENCE}"
BAG = ApprovedText(name="bag_found", language="en", text="Dear {1}, your bag is at {2}.")
SAC = ApprovedText(name="bag_found", language="fr", text="Bonjour {1}, voici votre bagage.")


@pytest.fixture
def house(house: DeskHouse) -> DeskHouse:
    """A platform with windows, private answers, approved texts, and a count of bytes."""
    house.network(
        windows=Windows(anybody=timedelta(hours=24), human=timedelta(days=7), templates=True),
        private_reply=timedelta(days=7),
        longest_text=1000,
        measure=lambda text: len(text.encode()),
        templates=(SAC, BAG),
        options={"human_agent": "yes"},
    )
    return house


async def text_of(client: Client) -> str:
    return await (await client.get(PATH)).text()


def sending(page: str) -> list[str]:
    """The buttons that send a reply."""
    form = page.split('id="reply-form"')[1].split("</form>")[0]
    return re.findall(r'<button class="main when-[^>]*>', form)


async def test_the_time_left_is_shown_where_one_writes(house: DeskHouse, ann: Client) -> None:
    house.case()
    house.later(hours=1)
    assert '<span class="window window-free">23 h 00 min left</span>' in await text_of(ann)
    house.later(hours=30)
    late = "only a human’s answer, 5 d 17 h left"
    page = await text_of(ann)
    assert f'<span class="window window-late">{late}</span>' in page
    assert not any("disabled" in button for button in sending(page))


async def test_a_form_that_would_be_refused_says_why_and_is_disabled(house: DeskHouse, ann: Client) -> None:
    house.case()
    house.later(days=8)
    page = await text_of(ann)
    assert '<span class="window window-closed">closed</span>' in page
    assert "Too long since the customer wrote" in page
    assert all("disabled" in button for button in sending(page))
    answer = await act(ann, "reply", text="Hello", token="t", conversation="1")
    assert answer.status == 422
    assert "Too long since the customer wrote" in (await answer.json())["error"]


async def test_approved_texts_are_offered_when_nothing_else_is_taken(house: DeskHouse, ann: Client) -> None:
    house.case()
    house.store.run_now(lambda c: conversations.change(c, 1, language="en"))
    assert "data-approved" not in await text_of(ann)
    house.later(days=8)
    page = await text_of(ann)
    assert page.index("Dear {1}, your bag is at {2}.") < page.index("Bonjour {1}, voici votre bagage.")
    form = {"name": "bag_found", "language": "en", "conversation": "1", "token": "t"}
    answer = await act(ann, "approved", **form, blank1="Ana")
    assert (answer.status, (await answer.json())["error"]) == (
        422,
        "Every blank of the approved text must be filled.",
    )
    answer = await act(ann, "approved", **form, blank1="Ana", blank2="gate 3")
    assert (await answer.json())["told"] == "The reply is on its way."
    page = await text_of(ann)
    assert "Dear Ana, your bag is at gate 3." in page
    assert "approved text bag_found" in page


async def test_a_text_is_measured_as_its_platform_does(house: DeskHouse, ann: Client) -> None:
    house.case()
    answer = await act(ann, "measure", conversation="1", text="é" * 500)
    assert await answer.json() == {"told": "1000 of 1000", "over": False}
    answer = await act(ann, "measure", conversation="1", text="é" * 501)
    assert await answer.json() == {"told": "1002 of 1000", "over": True}
    answer = await act(ann, "reply", conversation="1", text="é" * 501, token="t")
    assert (await answer.json())["error"] == "The text is too long for this platform: 1002 of 1000."
    assert (await act(ann, "measure", conversation="99", text="x")).status == 404


async def test_a_private_answer_to_a_public_message_is_proposed_first(house: DeskHouse, ann: Client) -> None:
    house.case(surface="public")
    page = await text_of(ann)
    assert 'value="1:private" data-surface="private" checked' in page
    assert "Privately to the author" in page
    assert "7 d 0 h left" in page
    answer = await act(ann, "reply", text="Booking X4K9PL", token="t", conversation="1:private")
    assert answer.status == 200
    page = await text_of(ann)
    assert "sent to the author of the public message" in page
    assert "wrote in private to the author of a public message" in page
    # What follows must not be published by accident.
    assert 'value="1:private" data-surface="private" checked data-closed' in page
    assert "The author was written to once because of this message." in page
    answer = await act(ann, "reply", text="More", token="u", conversation="1:private")
    assert answer.status == 422


async def test_a_private_answer_that_opened_a_chat_is_shown_once(house: DeskHouse, ann: Client) -> None:
    house.case(surface="public")
    await act(ann, "reply", text="Booking X4K9PL", token="t", conversation="1:private")
    line, receipt = house.lines()[-1], Receipt(message_id="m9", private_chat="carla")
    house.store.run_now(outbound.advance, line.id, "sent", platform_id=receipt.message_id)
    house.store.run_now(joining.open_in_private, line, receipt, house.clock())
    page = await text_of(ann)
    assert page.count("Booking X4K9PL") == 1
    assert "sent to the author of the public message" in page
    assert 'value="2" data-surface="private" checked data-closed' in page
    assert "The platform takes no further message until the customer answers in private." in page


async def test_a_private_chat_that_has_closed_stays_proposed(house: DeskHouse, ann: Client) -> None:
    private = house.joins(house.case(surface="public"))
    assert 'value="1:private"' not in await text_of(ann)
    house.later(days=6)
    house.says("Here again", surface="public")
    house.later(days=2)
    page = await text_of(ann)
    assert f'value="{private}" data-surface="private" checked data-closed' in page
    assert re.search(r'value="1:private" data-surface="private" +data-most', page)
    assert not all("disabled" in button for button in sending(page))


async def test_the_link_is_offered_where_nothing_else_leads_to_private(house: DeskHouse, ann: Client) -> None:
    house.case(surface="public")
    assert 'data-act="link"' not in await text_of(ann)
    house.later(days=8)
    assert 'data-act="link"' in await text_of(ann)
    marker = re.search(r'name="token" value="(link-[^"]+)"', await text_of(ann))
    assert marker
    form = {"conversation": "1", "token": marker.group(1)}
    told = [(await (await act(ann, "link", **form)).json())["told"] for _ in range(2)]
    assert told == [
        "The private link is on its way.",
        "This was sent already; nothing was sent twice.",
    ]
    assert "https://fake.example/start/" in house.lines()[-1].text
    assert marker.group(1) not in await text_of(ann)


async def test_solved_in_private_from_the_question_to_the_public(house: DeskHouse, ann: Client) -> None:
    house.joins(house.case(surface="public"))
    house.later(minutes=1)
    assert "Ask whether we may say so publicly" in await text_of(ann)
    answer = await act(ann, "ask-consent", token="t")
    assert (await answer.json())["told"] == "The question is on its way."
    page = await text_of(ann)
    assert "The customer was asked." in page
    assert "Publish" not in page.split('id="solved"')[1].split("</section>")[0]
    house.later(minutes=1)
    house.says("Yes, you may", text_is_payload=True)
    page = await text_of(ann)
    assert "Publish “solved in private”" in page
    assert '<blockquote class="preview" lang="en">This was solved in private.' in page
    assert (await act(ann, "say-so")).status == 200
    page = await text_of(ann)
    assert "Said in public." in page
    assert "Publish “solved in private”" not in page
    answer = await act(ann, "say-so")
    assert (answer.status, "already" in (await answer.json())["error"]) == (422, True)


async def test_an_agent_ticks_that_the_customer_agreed(house: DeskHouse, ann: Client) -> None:
    house.joins(house.case(surface="public"))
    answer = await act(ann, "agree")
    assert answer.status == 422
    assert (await (await act(ann, "agree", agreed="1")).json())[
        "told"
    ] == "The customer’s consent is recorded."
    assert "recorded that the customer agreed to a word in public" in await text_of(ann)


async def test_a_case_with_one_side_has_nothing_to_say_in_public(house: DeskHouse, ann: Client) -> None:
    house.case(surface="public")
    assert 'id="solved"' not in await text_of(ann)


async def test_all_of_it_is_said_in_every_language(house: DeskHouse, ann: Client) -> None:
    house.joins(house.case(surface="public"))
    house.later(days=8)
    for language in ("fr", "es"):
        answer = await ann.get(PATH, headers={"Accept-Language": language})
        assert answer.status == 200
