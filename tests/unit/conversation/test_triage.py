"""What happens to those who wait while more is written than can be read."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import event, text

from bot.assistant.scripted import understood
from bot.conversation import compose, transactions, triage
from bot.conversation.transactions import Opening
from bot.conversation.triage import CROWD, FOR_A_WHILE, TOGETHER, Seen, mark
from bot.conversation.turns import AT_ONCE, FEW
from bot.errors import DeliveryLater, DeliveryRefused
from bot.store import bell, conversations, outbox
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
}


def purposes(house: House, conversation_id: int = 1) -> list[str | None]:
    return [line.purpose for line in house.lines(conversation_id) if line.author == "bot"]


async def test_who_waits_is_acknowledged_before_anybody_has_read_the_message(house: House) -> None:
    await house.says("How big may my cabin bag be?")
    house.clock.forward(seconds=0.3)
    assert await house.triage.look() == 1
    await house.outbox.drain()
    assert (purposes(house), house.assistant.asked) == (["acknowledge"], [])


async def test_who_has_just_written_is_left_to_the_turn_that_is_about_to_begin(house: House) -> None:
    await house.says("How big may my cabin bag be?")
    assert await house.triage.look() == 0


async def test_who_was_acknowledged_gets_the_answer_and_no_second_acknowledgement(house: House) -> None:
    await house.says("How big may my cabin bag be?")
    house.clock.forward(seconds=0.3)
    await house.triage.look()
    await house.triage.look()
    await house.works()
    assert purposes(house) == ["acknowledge", "answer"]


async def test_a_turn_that_began_at_the_same_time_does_not_acknowledge_again(house: House) -> None:
    await house.says("How big may my cabin bag be?")
    house.clock.forward(seconds=0.3)
    until = house.clock() + timedelta(seconds=15)
    opening = house.store.run_now(transactions.open_turn, 1, "mine", house.brand)
    await house.triage.look()
    house.store.run_now(conversations.claim, "mine", now=house.clock(), until=until)
    assert not house.store.run_now(transactions.acknowledge, opening, "One moment", house.clock())
    assert purposes(house) == ["acknowledge"]


async def write(house: House, people: int) -> None:
    for person in range(people):
        await house.says("How big may my cabin bag be?", person=f"p{person}")


def turns_under_way(house: House) -> int:
    count = text("SELECT count(*) FROM conversations WHERE lease IS NOT NULL")
    return int(house.store.run_now(lambda connection: connection.execute(count).scalar_one()))


async def test_turns_are_few_while_a_crowd_waits_too_long_for_a_word(house: House) -> None:
    await write(house, CROWD)
    house.clock.forward(seconds=1)
    await house.triage.look()
    await house.turns.start()
    assert turns_under_way(house) == FEW
    await house.turns.idle()


async def test_who_writes_while_a_crowd_waits_too_long_is_told_at_once(house: House) -> None:
    await write(house, CROWD)
    house.clock.forward(seconds=1)
    await house.triage.look()
    await house.says("How big may my cabin bag be?", person="zoe")
    assert await house.triage.look() == 1
    assert purposes(house, CROWD + 1) == ["acknowledge"]


async def test_turns_are_as_many_as_ever_while_a_few_wait_too_long(house: House) -> None:
    await write(house, CROWD - 1)
    house.clock.forward(seconds=1)
    await house.triage.look()
    await house.turns.start()
    assert turns_under_way(house) == AT_ONCE
    await house.turns.idle()


async def test_turns_are_many_again_when_nobody_has_waited_too_long_for_a_while(house: House) -> None:
    await write(house, CROWD)
    house.clock.forward(seconds=1)
    await house.triage.look()
    house.clock.forward(seconds=FOR_A_WHILE.total_seconds())
    await house.triage.look()
    await house.turns.start()
    assert turns_under_way(house) == AT_ONCE
    await house.turns.idle()


async def test_whoever_waits_is_told_however_many_there_are(house: House) -> None:
    await write(house, 2 * TOGETHER + 1)
    house.clock.forward(seconds=0.3)
    assert await house.triage.look() == 2 * TOGETHER + 1
    assert all(purposes(house, talk) == ["acknowledge"] for talk in range(1, 2 * TOGETHER + 2))


async def test_a_crisis_is_read_before_those_who_wrote_earlier(house: House) -> None:
    for person in ("ann", "bob", "eve"):
        await house.says("How big may my cabin bag be?", person=person)
        house.clock.forward(seconds=1)
    await house.says("My father has a heart attack on board, please help", person="zoe")
    house.clock.forward(seconds=0.3)
    await house.triage.look()
    now = house.clock()
    (first,) = house.store.run_now(conversations.claim, "lease", now=now, until=now)
    assert house.conversation(first).person == "zoe"


async def test_a_person_who_writes_five_lines_in_a_row_gets_one_turn(house: House) -> None:
    for line in ("hello", "so", "I wonder", "how big may", "my cabin bag be?"):
        await house.says(line)
    house.clock.forward(seconds=0.3)
    await house.triage.look()
    await house.works()
    assert purposes(house) == ["acknowledge", "answer"]
    assert len(house.assistant.asked) == 1


async def test_one_person_who_writes_without_end_does_not_keep_others_from_their_turn(house: House) -> None:
    for _ in range(40):
        await house.says("cabin bag", person="flood")
    await house.says("cabin bag?", person="ann")
    now = house.clock()
    claimed = house.store.run_now(conversations.claim, "lease", now=now, until=now, most=2)
    assert {house.conversation(found).person for found in claimed} == {"flood", "ann"}


async def test_who_is_with_a_human_is_not_told_to_wait(house: House) -> None:
    await house.says("This is a scandal and I want you to know it")
    await house.works()
    await house.says("are you there?")
    house.clock.forward(seconds=0.3)
    await house.triage.look()
    await house.works()
    assert "acknowledge" not in purposes(house)


async def test_who_stopped_the_bot_is_not_acknowledged(house: House) -> None:
    await house.says("stop")
    await house.works()
    before = purposes(house)
    await house.says("How big may my cabin bag be?")
    house.clock.forward(seconds=0.3)
    await house.triage.look()
    assert purposes(house) == before


@pytest.mark.parametrize(("where", "step"), [(compose, "scene"), (transactions, "telling")])
async def test_a_message_on_which_the_code_fails_keeps_nobody_else_waiting(
    house: House, monkeypatch: pytest.MonkeyPatch, where: ModuleType, step: str
) -> None:
    whole = getattr(where, step)

    def fails(opening: Opening, *more: Any) -> object:
        if "zebra" in opening.text:
            raise ValueError("zebra")
        return whole(opening, *more)

    monkeypatch.setattr(where, step, fails)
    eve = await house.says("a zebra", person="eve")
    ann = await house.says("How big may my cabin bag be?", person="ann")
    house.clock.forward(seconds=0.3)
    await house.triage.look()
    assert (purposes(house, eve), purposes(house, ann)) == ([], ["acknowledge"])


async def test_a_message_that_cannot_be_read_keeps_nobody_else_waiting(house: House) -> None:
    eve = await house.says("a zebra", person="eve")
    ann = await house.says("How big may my cabin bag be?", person="ann")
    odd = text("UPDATE messages SET buttons = '[1]' WHERE text = 'a zebra'")
    house.store.run_now(lambda connection: connection.execute(odd))
    house.clock.forward(seconds=0.3)
    await house.triage.look()
    assert purposes(house, ann) == ["acknowledge"]
    assert house.conversation(eve).last_purpose is None


async def test_who_is_told_is_written_to_without_being_looked_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "claim", lambda *_, **__: [])
    await write(house, TOGETHER)
    house.clock.forward(seconds=0.3)
    await house.triage.look()
    await house.outbox.idle()
    assert len(house.channel.texts) == TOGETHER
    assert {line.delivery for talk in range(1, TOGETHER + 1) for line in house.lines(talk)[1:]} == {"sent"}


async def test_who_is_told_in_a_crowd_waits_behind_what_was_said_to_him_before(house: House) -> None:
    house.channel.failures = [DeliveryLater("503")]
    await house.says("How big may my cabin bag be?")
    await house.works()
    await house.says("And for a child?")
    await house.says("How big may my cabin bag be?", person="bob")
    house.clock.forward(seconds=0.3)
    await house.triage.look()
    await house.outbox.idle()
    assert [sent.address.person for sent in house.channel.outbounds] == ["bob"]
    house.clock.forward(seconds=10)
    await house.outbox.drain()
    assert [sent.purpose for sent in house.channel.outbounds] == ["acknowledge", "answer", "acknowledge"]


async def test_who_is_told_while_the_product_stops_is_written_to_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    whole, scene = triage.mark, compose.scene

    def slow(*args: Any) -> Any:
        begun.set()
        go_on.wait()
        return whole(*args)

    def seen(opening: Opening, *more: Any) -> Any:
        if opening.conversation.id > TOGETHER:
            go_on.wait()
        return scene(opening, *more)

    monkeypatch.setattr(triage, "mark", slow)
    monkeypatch.setattr(compose, "scene", seen)
    monkeypatch.setattr(outbox, "claim", lambda *_, **__: [])
    await write(house, TOGETHER + 1)
    house.clock.forward(seconds=0.3)
    looking = asyncio.ensure_future(house.triage.look())
    await asyncio.to_thread(begun.wait)
    looking.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not looking.done()
    go_on.set()
    with suppress(asyncio.CancelledError):
        await looking
    await house.outbox.idle()
    assert len(house.channel.texts) == TOGETHER


async def test_who_was_handed_over_while_somebody_looked_is_not_told_to_wait(house: House) -> None:
    house.channel.failures = [DeliveryRefused("400")]
    await house.says("How big may my cabin bag be?")
    await house.answers()
    await house.says("hello?")
    opening = house.store.run_now(transactions.open_turn, 1, "", house.brand)
    await house.outbox.drain()
    assert house.case().is_human
    seen = Seen(opening=opening, rank=0, text="One moment, please.")
    house.store.run_now(mark, [seen], house.clock())
    assert "acknowledge" not in purposes(house)


async def test_to_tell_eight_people_takes_no_more_statements_than_to_tell_two(house: House) -> None:
    assert await statements_to_tell(house, 8) == await statements_to_tell(house, 2)


async def statements_to_tell(house: House, people: int) -> int:
    talks = [await house.says("cabin bag?", person=f"{people}-{number}") for number in range(people)]
    openings = house.store.run_now(lambda it: list(transactions.look_into(it, talks, house.brand)))
    seen = [Seen(opening=opening, rank=0, text="One moment, please.") for opening in openings]
    executed: list[str] = []

    def count(_: object, __: object, statement: str, *___: object) -> None:
        executed.append(statement)

    event.listen(house.store.engine, "before_cursor_execute", count)
    marked = house.store.run_now(mark, seen, house.clock(), house.delivery.claim())
    event.remove(house.store.engine, "before_cursor_execute", count)
    assert (len(marked.told), len(marked.send)) == (people, people)
    return len(executed)


async def test_a_turn_that_has_begun_is_not_disturbed(house: House) -> None:
    await house.says("How big may my cabin bag be?")
    house.clock.forward(seconds=0.3)
    now = house.clock()
    house.store.run_now(conversations.claim, "lease", now=now, until=now)
    assert await house.triage.look() == 0
    assert purposes(house) == []


async def test_who_was_answered_while_somebody_looked_is_not_told_to_wait(house: House) -> None:
    await house.says("How big may my cabin bag be?")
    house.clock.forward(seconds=0.3)
    opening = house.store.run_now(transactions.open_turn, 1, "", house.brand)
    await house.works()
    await house.says("and for a child?")
    seen = Seen(opening=opening, rank=0, text="One moment, please.")
    assert house.store.run_now(mark, [seen], house.clock()).told == frozenset()
    assert purposes(house) == ["answer"]


async def test_who_had_just_written_at_one_look_is_seen_at_the_next_though_nobody_else_writes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triage, "REST", 0)
    monkeypatch.setattr(triage, "LONG_REST", 3600)
    looks: asyncio.Queue[None] = asyncio.Queue()

    async def look() -> int:
        looks.put_nowait(None)
        return 0

    monkeypatch.setattr(house.triage, "look", look)
    running = asyncio.ensure_future(house.triage.run())
    await looks.get()
    house.bell.ring(bell.TURNS)
    for _ in range(2):
        await looks.get()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
