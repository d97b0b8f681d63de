import re

import pytest

from bot.desk import case as case_page
from bot.store import cases, outbound
from bot.store.rows import Delivery
from tests.fakes.desk import REFERENCE, Client, DeskHouse, act

PATH = f"/desk/cases/{REFERENCE}"


def link_to_earlier(page: str) -> str:
    found = re.search(rf'href="{PATH}(\?before=\d+)"', page)
    assert found
    return found.group(1)


def numbers_in(page: str) -> list[str]:
    return re.findall(r"line (\d+);", page)


async def text_of(client: Client, path: str = PATH) -> str:
    return await (await client.get(path)).text()


async def test_public_thread_and_private_chat_are_one_conversation(house: DeskHouse, ann: Client) -> None:
    case = house.case("In the square", surface="public")
    house.joins(case, "At the counter")
    page = await text_of(ann)
    assert page.index("In the square") < page.index("At the counter")
    assert 'class="target target-private"' in page
    assert 'class="target target-public"' in page


async def test_private_is_proposed_where_both_are_there(house: DeskHouse, ann: Client) -> None:
    private = house.joins(house.case(surface="public"))
    assert f'value="{private}" data-surface="private" checked' in await text_of(ann)


async def test_an_edited_message_shows_its_earlier_words(house: DeskHouse, ann: Client) -> None:
    house.case("Flight 12", message_id="m")
    house.says("Flight 21", kind="edited", message_id="m")
    page = await text_of(ann)
    assert "Flight 21" in page
    assert "Flight 12" in page
    assert "edited by the customer" in page


async def test_a_deleted_message_stays_and_says_so(house: DeskHouse, ann: Client) -> None:
    house.case("Regretted", message_id="m")
    house.says("", kind="deleted", message_id="m")
    page = await text_of(ann)
    assert "<del>Regretted</del>" in page
    assert "deleted by the customer" in page


async def test_content_other_than_text_is_named(house: DeskHouse, ann: Client) -> None:
    house.case("", attachments=("photo", "something_new"))
    page = await text_of(ann)
    assert "Attachment: photo" in page
    assert "Attachment: something new" in page


async def test_delivery_is_shown_with_its_reason(house: DeskHouse, ann: Client) -> None:
    house.case()
    await act(ann, "reply", text="Hello", token="t", conversation="1")
    assert "on its way" in await text_of(ann)
    house.failed(house.lines()[-1], "the chat was closed")
    page = await text_of(ann)
    assert "not sent: the chat was closed" in page
    assert "Send again" in page


async def test_a_blocked_account_is_a_visible_state(house: DeskHouse, ann: Client) -> None:
    house.case()
    house.says("", kind="unreachable")
    assert "Unreachable" in await text_of(ann)


async def test_a_reopened_case_is_still_its_agents(house: DeskHouse, ann: Client) -> None:
    case = house.case()
    await act(ann, "claim")
    await act(ann, "resolve")
    house.says("It is still lost")
    closed = house.now(case)
    house.store.run_now(cases.reopen, closed, answer_by=house.clock(), now=house.clock())
    page = await text_of(ann)
    assert "claimed · you" in page
    assert "wrote again; the case is reopened" in page


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> int:
    """How many messages a page shows: few."""
    monkeypatch.setattr(case_page, "SHOWN", 5)
    return 5


async def test_a_very_long_conversation_is_shown_from_its_end(
    house: DeskHouse, ann: Client, shown: int
) -> None:
    house.case("The very first words")
    for number in range(shown):
        house.says(f"line {number}")
    page = await text_of(ann)
    assert "The very first words" not in page
    assert "Back to the latest" not in page
    earlier = await text_of(ann, PATH + link_to_earlier(page))
    assert "The very first words" in earlier
    assert "line 0" not in earlier
    assert "Show earlier" not in earlier
    assert "Back to the latest" in earlier


async def test_earlier_parts_of_a_conversation_leave_nothing_out(
    house: DeskHouse, ann: Client, shown: int
) -> None:
    case = house.case("line 0;", surface="public")
    house.joins(case, "line 1;")
    for number in range(2, 3 * shown):
        house.says(f"line {number};", surface="public" if number % 3 else "private")
    seen: list[str] = []
    page = await text_of(ann)
    while "Show earlier" in page:
        seen = numbers_in(page) + seen
        page = await text_of(ann, PATH + link_to_earlier(page))
    assert numbers_in(page) + seen == [str(number) for number in range(3 * shown)]


async def test_an_earlier_part_ends_with_the_record_of_its_time(
    house: DeskHouse, ann: Client, shown: int
) -> None:
    house.case("The very first words")
    await act(ann, "claim")
    house.clock.forward(hours=1)
    for number in range(shown):
        house.says(f"line {number}")
    house.clock.forward(hours=1)
    await act(ann, "resolve")
    page = await text_of(ann)
    earlier = await text_of(ann, PATH + link_to_earlier(page))
    assert "claimed the case" in page
    assert "resolved the case" in page
    assert "claimed the case" in earlier
    assert "resolved the case" not in earlier


@pytest.mark.parametrize("before", ["0", "-1", "x", "9" * 30, "1; --"])
async def test_a_wrong_place_in_a_conversation_is_its_end(house: DeskHouse, ann: Client, before: str) -> None:
    house.case("The very first words")
    answer = await ann.get(PATH, params={"before": before})
    assert answer.status == 200
    assert "The very first words" in await answer.text()


async def test_a_place_that_no_message_has_is_not_there(house: DeskHouse, ann: Client) -> None:
    house.case()
    assert (await ann.get(f"{PATH}?before=999")).status == 404


async def test_what_was_found_in_the_messages_is_folded_away(house: DeskHouse, ann: Client) -> None:
    house.case()
    page = await text_of(ann)
    assert '<details class="masked">' in page
    assert "X4K9PL" in page


async def test_what_a_colleague_wrote_elsewhere_is_in_the_conversation(house: DeskHouse, ann: Client) -> None:
    house.case()
    house.says("I take care of it", kind="colleague", attachments=("image",))
    page = await text_of(ann)
    assert "I take care of it" in page
    assert "A colleague in the platform’s inbox" in page
    assert "Attachment: image" in page


async def test_a_case_that_is_answered_elsewhere_says_so_at_the_top(house: DeskHouse, ann: Client) -> None:
    house.case()
    assert "Answered elsewhere" not in await text_of(ann)
    house.says("", kind="taken_elsewhere")
    page = await text_of(ann)
    assert page.index("Answered elsewhere on fake since") < page.index('id="messages"')
    assert "To hand back means that the bot may speak here again" in page
    house.later(hours=25)
    assert "Answered elsewhere" not in await text_of(ann)


async def test_a_hidden_public_message_is_marked_until_it_is_shown_again(
    house: DeskHouse, ann: Client
) -> None:
    house.case("Read this", surface="public", message_id="m")
    house.says("", surface="public", kind="hidden", message_id="m")
    assert "hidden from the public thread" in await text_of(ann)
    house.says("", surface="public", kind="shown", message_id="m")
    assert "hidden from the public thread" not in await text_of(ann)


@pytest.mark.parametrize("state", ["delivered", "read"])
async def test_it_is_shown_what_became_of_a_text(house: DeskHouse, ann: Client, state: Delivery) -> None:
    house.case()
    await act(ann, "reply", text="Hello", token="t", conversation="1")
    house.delivered(house.lines()[-1])
    assert '<span class="delivery delivery-sent">sent</span>' in await text_of(ann)
    house.store.run_now(outbound.advance, house.lines()[-1].id, state)
    assert f'<span class="delivery delivery-{state}">{state}</span>' in await text_of(ann)
