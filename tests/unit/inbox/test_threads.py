"""A colleague's answer in a public thread, of which the platform does not tell to whom it is."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest
from sqlalchemy.event import listen, remove

from bot.assistant.scripted import understood
from bot.errors import DeliveryUnknown
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
}


def nobody_in_particular(
    house: House, text: str, message_id: str = "theirs", reply_to: str = ""
) -> Awaitable[int]:
    """The brand's account answers in the thread in which everybody writes."""
    more = {"message_id": message_id, "reply_to": reply_to}
    return house.says(text, kind="colleague", surface="public", person="", **more)


async def complain(house: House, *persons: str) -> None:
    """Each of them writes a message, `message-1` and so on, into the same thread."""
    for person in persons:
        await house.says("what a scandal", person=person, surface="public")


async def test_a_colleague_in_a_public_thread_silences_the_bot_for_all_who_write_there(house: House) -> None:
    await complain(house, "ann", "bob")
    assert await nobody_in_particular(house, "We look into it.")
    await house.works()
    for number in (1, 2):
        assert [line.author for line in house.lines(number)] == ["customer", "colleague"]
        assert house.case(number).reason == "answered_elsewhere"


@pytest.mark.parametrize(
    ("text", "reply_to", "answered"),
    [
        ("I am looking into it.", "message-2", ["bob"]),
        ("@Bob I am looking into it.", "", ["bob"]),
        ("Bob Jones, I am looking into it.", "", ["bob jones"]),
        ("Bobby who? We look into it.", "", []),
        ("We are looking into it.", "", []),
    ],
    ids=["below-his", "named", "longer-name", "another-word", "nothing-tells"],
)
@pytest.mark.parametrize("in_time", [True, False], ids=["before-the-turn", "in-open-cases"])
async def test_only_who_was_answered_counts_as_answered(
    house: House, text: str, reply_to: str, answered: list[str], in_time: bool
) -> None:
    people = ("ann", "bob", "bob jones")
    await complain(house, *people)
    if not in_time:
        await house.works()
    await nobody_in_particular(house, text, reply_to=reply_to)
    await house.works()
    cases = {person: house.case(number) for number, person in enumerate(people, 1)}
    assert [person for person, case in cases.items() if case.answered_at] == answered
    assert all(house.conversation(number).elsewhere_at for number in (1, 2, 3))


async def test_who_alone_waits_in_a_thread_was_answered(house: House) -> None:
    await house.says("cabin bag?", person="ann", surface="public")
    await complain(house, "bob")
    await house.works()
    await nobody_in_particular(house, "I am looking into it.")
    assert house.case(2).answered_at


@pytest.mark.parametrize("message_id", ["out-2", "a longer name of out-2"])
async def test_our_own_answer_that_comes_back_into_a_public_thread_silences_nobody(
    house: House, message_id: str
) -> None:
    for person in ("ann", "bob"):
        await house.says("cabin bag?", person=person, surface="public")
    await house.works()
    await nobody_in_particular(house, house.lines(1)[1].text, message_id)
    assert not house.conversation(1).elsewhere_at
    assert not house.conversation(2).elsewhere_at


async def test_of_the_same_words_to_two_people_those_on_their_way_have_come_back(house: House) -> None:
    for person in ("ann", "bob"):
        await house.says("cabin bag?", person=person, surface="public")
        await house.works()
        house.channel.failures = [DeliveryUnknown("no answer")]
    assert [house.lines(number)[1].delivery for number in (1, 2)] == ["sent", "unknown"]
    await nobody_in_particular(house, house.lines(1)[1].text, "a longer name")
    assert [house.lines(number)[1].delivery for number in (1, 2)] == ["sent", "sent"]


async def test_our_own_answer_is_found_at_once_however_many_write_in_the_thread(house: House) -> None:
    asked = []
    for number in range(12):
        await house.says("cabin bag?", person=f"person-{number}", surface="public")
        await house.works()
        if number in (1, 11):
            known_as = house.lines(number + 1)[1].platform_id
            asked.append(await statements(house, nobody_in_particular(house, "Edited", known_as)))
    assert asked[0] == asked[1]


async def statements(house: House, act: Awaitable[object]) -> int:
    """How many statements something takes."""
    seen = []
    note = lambda *_: seen.append(1)  # noqa: E731 - the very function is taken off again
    listen(house.store.engine, "before_cursor_execute", note)
    await act
    remove(house.store.engine, "before_cursor_execute", note)
    return len(seen)


async def test_a_colleague_where_nobody_has_written_to_us_begins_nothing(house: House) -> None:
    assert not await nobody_in_particular(house, "Good morning, everybody!")
    await house.says("cabin bag?", person="ann", surface="public")
    await house.works()
    assert house.lines()[1].author == "bot"
