"""Turns on a real SQLite store, with a scripted assistant and a fake channel."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.engine import Connection

from bot.assistant.scripted import understood
from bot.errors import AssistantUnavailable
from bot.store import agents, bell, cases, conversations, tables
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "bag de cabine": understood("question_cabin_bag", "question", "Un bagage cabine de 10 kg."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
    "leave me alone": understood("stop", "other", confidence=0.9),
    "thank": understood("thanks", "thanks", "With pleasure!"),
}
DOWN = AssistantUnavailable("loading")


async def test_a_question_is_answered_once_and_without_an_acknowledgement(house: House) -> None:
    await house.says("How big may my cabin bag be?")
    await house.works()
    await house.works()
    assert house.channel.texts == ["One cabin bag of 10 kg."]


async def test_the_same_event_twice_is_answered_once(house: House) -> None:
    await house.says("cabin bag?", number=7)
    await house.works()
    await house.says("cabin bag?", number=7)
    await house.works()
    assert len(house.channel.texts) == 1


async def test_a_complaint_is_handed_over_with_deadline_and_reference(house: House) -> None:
    await house.says("This is a scandal and I want you to know it")
    await house.works()
    case = house.case()
    (text,) = house.channel.texts
    assert text.startswith("I am truly sorry. A Nimbéa agent is taking over")
    assert "November 21, 4:00" in text
    assert "(London)" in text
    assert case.reference in text
    assert (case.status, case.team, case.rank, case.language) == ("waiting", "care", 1, "en")
    assert case.acknowledged_at == house.clock()


async def test_a_case_carries_the_details_that_an_agent_needs(house: House) -> None:
    await house.says("A scandal! My booking is K7QX2M, write to ann@mail.example")
    await house.works()
    assert [(entity.name, entity.value) for entity in house.case().entities] == [
        ("booking_reference", "K7QX2M"),
        ("email", "ann@mail.example"),
    ]


async def test_who_speaks_of_harming_himself_gets_numbers_to_call_and_a_human_at_once(house: House) -> None:
    await house.says("I want to kill myself, thank you for nothing")
    await house.works()
    (text,) = house.channel.texts
    assert "116 123" in text
    case = house.case()
    assert (case.reason, case.register, case.rank, case.team) == ("self_harm", "crisis", 0, "crisis")
    assert "guard/en.yml" in case.why


async def test_a_crisis_does_not_wait_for_rasa(house: House) -> None:
    house.assistant.failing = DOWN
    await house.says("there is smoke in the cabin")
    await house.works()
    assert house.case().reason == "danger"


async def test_a_crisis_in_an_open_case_makes_it_urgent(house: House) -> None:
    await house.says("What a scandal")
    await house.works()
    await house.says("I want to kill myself")
    await house.works()
    case = house.case()
    assert (case.rank, case.answer_by) == (0, house.clock() + timedelta(minutes=30))
    assert house.record()[-1].action == "escalated"
    assert len(house.channel.texts) == 1


async def test_slang_is_no_crisis(house: House) -> None:
    await house.says("your cabin bag rules are the bomb, thank you")
    await house.works()
    assert house.conversation().case_id is None


async def test_the_bot_is_silent_once_humans_own_the_conversation(house: House) -> None:
    await house.says("What a scandal")
    await house.works()
    await house.says("And how big may my cabin bag be?")
    await house.works()
    assert len(house.channel.texts) == 1
    assert len(house.assistant.asked) == 1
    assert all(line.handled_at for line in house.lines() if line.author == "customer")


async def test_lines_written_in_a_row_are_one_turn(house: House) -> None:
    await house.says("Hello")
    await house.says("my cabin bag")
    await house.says("how big?")
    await house.works()
    assert [turn.text for turn in house.assistant.asked] == ["Hello\nmy cabin bag\nhow big?"]
    assert len(house.channel.texts) == 1


async def test_a_conversation_is_with_the_server_that_read_it_until_a_day_of_silence(house: House) -> None:
    house.assistant.server = "one"
    await house.says("cabin bag?")
    await house.works()
    house.assistant.server = "other"
    house.clock.forward(hours=23)
    await house.says("thank you")
    await house.works()
    house.clock.forward(hours=23)
    await house.says("and my bag de cabine?")
    await house.works()
    house.clock.forward(hours=25)
    await house.says("thank you again")
    await house.works()
    assert [turn.server for turn in house.assistant.asked] == ["", "one", "other", ""]


async def test_a_slow_assistant_is_bridged_by_one_acknowledgement(house: House) -> None:
    house.assistant.gate.clear()
    await house.says("Is a cabin bag free of charge on your flights?")
    turn = asyncio.create_task(house.turns.drain())
    await acknowledged(house)
    assert house.channel.texts == ["Thank you for your message, I am looking into it right away."]
    assert house.channel.typed
    house.assistant.gate.set()
    await turn
    await house.outbox.drain()
    assert house.channel.texts[1:] == ["One cabin bag of 10 kg."]


async def acknowledged(house: House) -> None:
    """Wait, in real time, until something was sent and typing shown."""
    while not (house.channel.texts and house.channel.typed):
        await house.outbox.drain()
        await asyncio.sleep(0.01)


async def test_without_rasa_one_acknowledgement_at_once_and_the_answer_later(house: House) -> None:
    house.assistant.failing = DOWN
    await house.says("¿Qué tamaño puede tener la maleta y el cabin bag?")
    await house.works()
    for _ in range(3):
        house.clock.forward(seconds=2)
        await house.works()
    assert house.channel.texts == ["Gracias por su mensaje, lo miro enseguida."]
    house.assistant.failing = None
    house.clock.forward(seconds=4)
    await house.works()
    assert house.channel.texts[1:] == ["One cabin bag of 10 kg."]


async def test_a_human_takes_over_when_rasa_fails_beyond_the_delay(house: House) -> None:
    house.assistant.failing = DOWN
    await house.says("Is my cabin bag free?")
    await house.works()
    house.clock.forward(seconds=61)
    await house.works()
    case = house.case()
    assert case.reason == "assistant_unavailable"
    assert case.acknowledged_at is not None
    assert len(house.channel.texts) == 2
    assert case.reference in house.channel.texts[1]


async def test_one_clarifying_question_and_then_a_human(house: House) -> None:
    await house.says("blub")
    await house.works()
    assert house.channel.texts == ["I am not sure I understand. Could you put it another way?"]
    await house.says("blub blub")
    await house.works()
    assert house.case().reason == "not_understood_twice"


async def test_an_understood_message_between_resets_the_count(house: House) -> None:
    for text in ("blub", "my cabin bag", "blub"):
        await house.says(text)
        await house.works()
    assert house.conversation().case_id is None


async def test_a_public_handover_offers_a_private_way_and_the_private_chat_joins_the_case(
    house: House,
) -> None:
    await house.says("What a scandal", surface="public")
    await house.works()
    (text,) = house.channel.texts
    token = text.rpartition("/start/")[2]
    assert house.channel.outbounds[0].reply_to == "message-1"
    private = await house.says(start_token=token)
    await house.works()
    assert house.conversation(private).case_id == house.conversation(1).case_id
    assert house.case().reference in house.channel.texts[1]
    await house.says("It is about my flight")
    await house.works()
    assert len(house.channel.texts) == 2


async def test_a_link_works_once(house: House) -> None:
    await house.says("What a scandal", surface="public")
    await house.works()
    token = house.channel.texts[0].rpartition("/start/")[2]
    await house.says(start_token=token)
    stranger = await house.says(start_token=token, person="eve")
    assert house.conversation(stranger).case_id is None


async def test_in_public_people_have_conversations_of_their_own(house: House) -> None:
    await house.says("What a scandal", surface="public", person="ann")
    await house.works()
    await house.says("How big may a cabin bag be?", surface="public", person="bob")
    await house.works()
    assert house.channel.texts[1:] == ["One cabin bag of 10 kg."]


async def test_stop_silences_the_bot_and_start_brings_it_back(house: House) -> None:
    await house.says("Stop")
    await house.works()
    await house.says("cabin bag?")
    await house.works()
    assert [text.split(",")[0] for text in house.channel.texts] == ["Noted"]
    await house.says("start")
    await house.says("cabin bag?", person="ann")
    await house.works()
    assert house.conversation().stopped_at is not None
    await house.says("start")
    await house.works()
    assert house.conversation().stopped_at is None


async def test_a_sentence_that_wants_no_more_of_the_bot_silences_it_too(house: House) -> None:
    await house.says("Leave me alone, bot")
    await house.works()
    assert house.conversation().stopped_at is not None
    assert house.channel.texts[0].startswith("Noted")


async def test_pressing_start_brings_a_silenced_bot_back_too(house: House) -> None:
    await house.says("Stop")
    await house.works()
    await house.says("/greet", shown="/start", text_is_payload=True)
    await house.works()
    assert house.conversation().stopped_at is None


async def test_a_silenced_customer_with_a_complaint_still_reaches_a_human(house: House) -> None:
    await house.says("stop")
    await house.works()
    await house.says("What a scandal")
    await house.works()
    assert house.case().reason == "complaint"
    assert len(house.channel.texts) == 1


async def test_a_photo_without_a_word_goes_to_a_human(house: House) -> None:
    await house.says(attachments=("photo",))
    await house.works()
    assert house.case().reason == "unreadable_content"
    assert not house.assistant.asked


async def test_a_new_message_reopens_a_resolved_case_for_the_same_agent(house: House) -> None:
    agent = add_agent(house)
    await house.says("What a scandal")
    await house.works()
    case = house.case()
    house.store.run_now(cases.claim, case.id, agent, house.clock())
    house.store.run_now(cases.resolve, case.id, agent, house.clock())
    await house.says("It is still not solved")
    await house.works()
    assert (house.case().status, house.case().agent_id) == ("claimed", agent)
    assert [entry.action for entry in house.record()][-1] == "reopened"
    assert len(house.channel.texts) == 2
    assert house.case().reference in house.channel.texts[1]
    await house.says("Hello?")
    await house.works()
    assert len(house.channel.texts) == 2


async def test_in_a_public_thread_only_whose_case_it_is_hears_that_it_is_reopened(house: House) -> None:
    agent = add_agent(house)
    house.behaves("public", whom="anybody")
    house.restart()
    await house.says("What a scandal", person="ann", surface="public")
    await house.works()
    house.store.run_now(cases.claim, house.case().id, agent, house.clock())
    house.store.run_now(cases.resolve, house.case().id, agent, house.clock())
    await house.says("How big may my cabin bag be?", person="bob", surface="public")
    await house.works()
    assert house.case().status == "resolved"
    assert house.channel.texts[1:] == ["One cabin bag of 10 kg."]
    again = await house.says("It is still not solved", person="ann", surface="public")
    await house.works()
    notice = house.channel.outbounds[-1]
    assert house.case().reference in notice.text
    # Below what she wrote, and not below whatever began the thread.
    assert (notice.address.person, notice.reply_to) == ("ann", house.lines(again)[-2].platform_id)


async def test_after_the_handback_the_bot_answers_again(house: House) -> None:
    agent = add_agent(house)
    await house.says("What a scandal")
    await house.works()
    house.store.run_now(cases.hand_back, house.case().id, agent, house.clock())
    await house.says("How big may my cabin bag be?")
    await house.works()
    assert house.channel.texts[1:] == ["One cabin bag of 10 kg."]


async def test_a_handover_in_mid_turn_drops_the_bots_answer(house: House) -> None:
    agent = add_agent(house)
    await house.says("What a scandal")
    await house.works()
    house.store.run_now(cases.hand_back, house.case().id, agent, house.clock())
    house.assistant.gate.clear()
    await house.says("How big may my cabin bag be?")
    await house.turns.start()
    await house.assistant.thinking.wait()
    house.store.run_now(give_to_humans, house.case().id)
    house.assistant.gate.set()
    await house.turns.idle()
    await house.outbox.drain()
    assert len(house.channel.texts) == 1
    await house.works()
    assert all(line.handled_at for line in house.lines() if line.author == "customer")


async def test_a_worker_that_died_in_a_turn_is_replaced_when_its_lease_ends(house: House) -> None:
    await house.says("cabin bag?")
    now = house.clock()
    lost = house.store.run_now(conversations.claim, "dead", now=now, until=now)
    assert lost == [1]
    house.clock.forward(seconds=1)
    house.restart()
    await house.works()
    assert house.channel.texts == ["One cabin bag of 10 kg."]


async def test_typed_slashes_are_no_orders_to_rasa(house: House) -> None:
    await house.says("/crisis")
    await house.works()
    assert house.assistant.asked[0].text == "crisis"


async def test_edits_and_deletions_are_kept_with_the_words_before(house: House) -> None:
    await house.says("cabin bag?", message_id="m1")
    await house.works()
    await house.says("hand bag?", message_id="m1", kind="edited")
    await house.says(message_id="m1", kind="deleted")
    await house.works()
    line = house.lines()[0]
    assert (line.text, bool(line.edited_at), bool(line.deleted_at)) == ("hand bag?", True, True)
    edited, deleted = house.record()
    assert edited.details["before"] == "cabin bag?"
    assert (deleted.action, deleted.actor) == ("message_deleted", "customer")
    assert len(house.channel.texts) == 1


def add_agent(house: House) -> int:
    agent = house.store.run_now(
        agents.add, login="zoe", name="Zoe", role="agent", password="x", now=house.clock()
    )
    return agent.id


def give_to_humans(connection: Connection, case_id: int) -> None:
    table = tables.cases
    connection.execute(update(table).where(table.c.id == case_id).values(status="waiting"))


@pytest.mark.parametrize("writes_on", [True, False])
async def test_after_a_turn_somebody_is_woken_for_the_next_only_if_one_is_due(
    house: House, *, writes_on: bool
) -> None:
    house.assistant.gate.clear()
    await house.says("cabin bag?")
    await house.turns.start()
    await house.assistant.thinking.wait()
    if writes_on:
        await house.says("Are you there?")
    with house.bell.listen(bell.TURNS) as ear:
        house.assistant.gate.set()
        await house.turns.idle()
        assert ear.take() == writes_on
