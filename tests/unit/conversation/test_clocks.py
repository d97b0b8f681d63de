"""Turns while clocks differ, or are set back: order and promises stay right."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from sqlalchemy import insert

from bot.assistant.scripted import understood
from bot.conversation import transactions, triage
from bot.conversation.transactions import Opening
from bot.store import cases, conversations, tables, transcript
from bot.store.transcript import Draft
from tests.fakes.channel import event
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
}
HOUR = timedelta(hours=1)


async def test_a_turn_is_never_before_what_it_answers(house: House) -> None:
    await house.says("cabin bag?")
    written = house.clock.time
    house.clock.time -= HOUR
    await house.works()
    question, answer = house.lines()
    assert question.handled_at == written
    assert answer.created_at == written


async def test_a_case_runs_from_when_the_customer_wrote_though_the_clock_was_set_back(house: House) -> None:
    await house.says("This is a scandal")
    written = house.clock.time
    house.clock.time -= HOUR
    await house.works()
    case = house.case()
    assert case.opened_at == written
    assert case.answer_by > written
    assert case.acknowledged_at == written


async def test_an_acknowledgement_is_never_before_what_it_acknowledges(house: House) -> None:
    await house.says("cabin bag?")
    opening = house.store.run_now(transactions.open_turn, 1, "", house.brand)
    seen = triage.Seen(opening=opening, rank=triage.NORMAL, text="One moment")
    house.store.run_now(triage.mark, [seen], house.clock.time - HOUR)
    assert house.lines()[1].created_at == house.clock.time


async def test_a_case_is_never_acknowledged_before_the_customer_wrote(house: House) -> None:
    await house.says("This is a scandal")
    opening = house.store.run_now(transactions.open_turn, 1, "", house.brand)
    told = Draft(author="bot", purpose="acknowledge", text="One moment", delivery="sent")
    house.store.run_now(transcript.append, 1, told, house.clock.time - HOUR)
    await house.works()
    assert house.case().acknowledged_at == opening.since


async def test_the_clocks_of_a_case_never_stop_before_it_began(house: House) -> None:
    await house.says("This is a scandal")
    await house.turns.drain()
    case, earlier = house.case(), house.clock.time - HOUR
    house.store.run_now(cases.first_response_sent, 1, by_agent=True, now=earlier)
    house.store.run_now(cases.resolve, case.id, zoe(house), earlier)
    case = house.case()
    assert [case.acknowledged_at, case.answered_at, case.resolved_at] == [case.opened_at] * 3


async def test_a_clock_set_back_does_not_change_the_order_of_what_came_in_order(house: House) -> None:
    texts = ("cabin bag?", "the big one", "the blue one")
    for number, text in enumerate(texts, start=1):
        said = msgspec.structs.replace(event(text, number=number, at=house.clock()), sent_at=None)
        await house.inbox.accept([said])
        house.clock.time -= timedelta(minutes=1)
    house.clock.forward(minutes=5)
    await house.works()
    assert house.assistant.asked[0].text == "\n".join(texts)


async def test_what_comes_while_an_empty_turn_ends_is_not_forgotten(house: House) -> None:
    """A worker that slept for so long that another took its turn looks before a message and ends after it."""
    await house.says("cabin bag?")
    await house.works()
    asleep = Opening(conversation=house.conversation(), case=None, lines=(), lease="mine")
    await house.says("and my other cabin bag?")
    house.store.run_now(transactions.leave, asleep, house.clock())
    (mine,) = house.store.run_now(conversations.claim, "mine", now=house.clock(), until=house.clock() + HOUR)
    house.store.run_now(transactions.leave, asleep, house.clock())
    await house.works()
    assert (mine, len(house.channel.texts)) == (1, 2)


def zoe(house: House) -> int:
    """An agent."""
    values = {"login": "zoe", "name": "Zoe", "role": "agent", "password_hash": ""}
    row = insert(tables.agents).values(created_at=house.clock(), **values)
    agent_id: int = house.store.run_now(lambda connection: connection.execute(row).inserted_primary_key[0])
    return agent_id
