from __future__ import annotations

from datetime import timedelta

from bot.assistant.scripted import understood
from bot.store import said
from bot.store.said import Said
from tests.fakes.house import House

SCRIPT = {
    "cabin": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
}


def heard(house: House) -> list[Said]:
    return house.store.run_now(said.since, house.clock() - timedelta(days=1))


async def test_each_message_stands_beside_the_reaction_to_it(house: House) -> None:
    for text in ("How big may my cabin bag be?", "What a scandal", "Are you there?"):
        await house.says(text)
        await house.works()
        house.clock.forward(minutes=1)
    assert [(one.text, one.reaction) for one in heard(house)] == [
        ("How big may my cabin bag be?", "answer"),
        ("What a scandal", "handover"),
        ("Are you there?", None),
    ]


async def test_messages_of_one_turn_have_one_reaction(house: House) -> None:
    await house.says("Hello,")
    await house.says("how big may my cabin bag be?", surface="private")
    await house.works()
    assert [one.reaction for one in heard(house)] == ["answer", "answer"]


async def test_buttons_and_what_was_taken_back_or_said_long_ago_are_left_out(house: House) -> None:
    await house.says("long ago")
    house.clock.forward(days=2)
    await house.says("/question_cabin_bag", text_is_payload=True, shown="Cabin bag")
    await house.says("", attachments=("photo",))
    await house.says("never mind", message_id="back")
    await house.says(kind="deleted", message_id="back")
    await house.says("this one")
    assert [one.text for one in heard(house)] == ["this one"]
