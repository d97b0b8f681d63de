"""What platforms forbid, take long to tell, or have given to others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.engine import Connection

from bot.assistant.scripted import understood
from bot.channels.base import Windows
from bot.errors import DeliveryLater, DeliveryUnknown, TakenElsewhere, WindowClosed
from bot.messages import Outbound, Receipt
from bot.store import agents, conversations, outbox, transcript
from bot.store.rows import Line
from bot.store.transcript import Draft
from tests.fakes.channel import FakeChannel
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "two": understood("question_two", "question", "First.", "Second."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
}


class Strict(FakeChannel):
    """A platform that ends the time for answers, and tells of each text that was sent."""

    features = msgspec.structs.replace(
        FakeChannel.features,
        windows=Windows(anybody=timedelta(hours=24), human=timedelta(days=7)),
        echoes=True,
    )


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[House]:
    built = House(tmp_path, SCRIPT, database, Strict())
    yield built
    built.store.close()


def answer(house: House, number: int = 1) -> Line:
    return house.lines()[number]


def agent_writes(house: House, text: str = "I look into it.") -> Line:
    if not house.store.run_now(agents.count):
        house.store.run_now(
            agents.add, login="eve", name="Eve", role="agent", password="secret-1", now=house.clock()
        )

    def write(connection: Connection, now: datetime) -> Line:
        talk = conversations.load(connection, 1)
        draft = Draft(author="agent", agent_id=1, purpose="agent", text=text, delivery="queued")
        line = transcript.append(connection, talk.id, draft, now)
        outbox.put(connection, line, now=now, deadline=now + timedelta(hours=24))
        return line

    return house.store.run_now(write, house.clock())


async def test_a_humans_text_is_sent_as_late_after_a_day_and_not_after_a_week(house: House) -> None:
    await house.says("scandal")
    await house.works()
    for _ in range(3):
        agent_writes(house)
        await house.works()
        house.clock.forward(hours=25)
        if house.channel.outbounds[-1].late:
            house.clock.forward(hours=24 * 6)
    assert [outbound.late for outbound in house.channel.outbounds] == [False, False, True]
    last = house.lines()[-1]
    assert (last.delivery, last.delivery_reason) == ("failed", "too long since the customer wrote")


async def test_a_bots_text_is_not_sent_after_its_time_and_a_human_is_told(house: House) -> None:
    wrote = house.clock()
    house.clock.forward(hours=23, minutes=59)
    house.channel.failures = [DeliveryLater("503", retry_after=120)]
    await house.says("cabin bag?", at=wrote)
    await house.works()
    house.clock.forward(minutes=3)
    await house.works()
    assert house.channel.texts == []
    assert (answer(house).delivery, house.case().reason) == ("failed", "delivery_failed")


async def test_a_limit_of_private_messages_does_not_hold_public_answers_up(house: House) -> None:
    house.channel.failures = [DeliveryLater("429", retry_after=120, surface="private")]
    await house.says("cabin bag?")
    await house.works()
    await house.says("two", person="bob")
    await house.says("cabin bag?", person="eve", surface="public")
    await house.works()
    assert [outbound.address.surface for outbound in house.channel.outbounds] == ["public"]
    house.clock.forward(minutes=3)
    await house.works()
    assert sorted(house.channel.texts[1:]) == ["First.", "One cabin bag of 10 kg.", "Second."]


async def test_what_the_platform_calls_too_late_is_seen_by_agents(house: House) -> None:
    house.channel.failures = [WindowClosed("10/2018278 outside of the allowed window")]
    await house.says("cabin bag?")
    await house.works()
    assert (answer(house).delivery, answer(house).delivery_reason) == (
        "failed",
        "10/2018278 outside of the allowed window",
    )
    assert house.case().reason == "delivery_failed"


async def test_a_bots_text_is_dropped_where_another_application_has_it(house: House) -> None:
    house.channel.failures = [TakenElsewhere("2018300")]
    await house.says("two")
    await house.works()
    assert [line.delivery for line in house.lines()[1:]] == ["dropped", "dropped"]
    assert house.channel.texts == []
    assert house.case().reason == "answered_elsewhere"
    assert house.conversation().elsewhere_at == house.clock()
    await house.says("cabin bag?")
    await house.works()
    assert house.channel.texts == []


async def test_an_agent_sees_that_another_application_has_it(house: House) -> None:
    await house.says("scandal")
    await house.works()
    house.channel.failures = [TakenElsewhere("2018300")]
    agent_writes(house)
    await house.works()
    assert (house.lines()[-1].delivery, house.lines()[-1].delivery_reason) == ("failed", "2018300")
    assert house.case().reason == "complaint"


async def test_a_humans_text_goes_out_while_somebody_else_answers(house: House) -> None:
    await house.says("scandal")
    await house.works()
    await house.says("I do it.", kind="colleague")
    agent_writes(house, "So do I.")
    await house.works()
    assert house.channel.texts[-1] == "So do I."


async def test_an_unknown_outcome_waits_for_its_echo(house: House) -> None:
    house.channel.failures = [DeliveryUnknown("timed out")]
    await house.says("two")
    await house.works()
    house.clock.forward(seconds=60)
    await house.works()
    assert (answer(house).delivery, answer(house).delivery_reason) == ("queued", "timed out")
    assert house.channel.texts == []
    await house.says(kind="sent", message_id="m1", correlation=answer(house).id)
    await house.works()
    line = answer(house)
    assert (line.delivery, line.delivery_reason, line.platform_id) == ("sent", None, "m1")
    assert house.channel.texts == ["Second."]
    assert house.conversation().case_id is None


async def test_an_unknown_outcome_of_which_no_echo_tells_goes_to_a_human(house: House) -> None:
    house.channel.failures = [DeliveryUnknown("timed out")]
    await house.says("cabin bag?")
    await house.works()
    assert house.conversation().case_id is None
    house.clock.forward(seconds=121)
    await house.works()
    assert house.channel.texts == []
    assert (answer(house).delivery, answer(house).delivery_reason) == ("unknown", "timed out")
    assert house.case().reason == "delivery_unknown"


async def test_an_interrupted_sending_waits_for_its_echo(house: House) -> None:
    await house.says("cabin bag?")
    await house.answers()
    now = house.clock()
    house.store.run_now(outbox.claim, "dead", now=now, until=now + timedelta(seconds=60))
    house.clock.forward(seconds=61)
    await house.works()
    assert (answer(house).delivery, house.channel.texts) == ("queued", [])
    await house.says(kind="delivered", message_id="m1", correlation=answer(house).id)
    house.clock.forward(minutes=5)
    await house.works()
    assert (answer(house).delivery, house.conversation().case_id) == ("delivered", None)


async def test_a_state_that_comes_before_the_echo_is_not_lost(house: House) -> None:
    house.channel.failures = [DeliveryUnknown("timed out")]
    await house.says("cabin bag?")
    await house.works()
    await house.says(kind="read", message_id="m1")
    await house.says(kind="sent", message_id="m1", correlation=answer(house).id)
    assert answer(house).delivery == "read"


async def test_an_echo_that_is_quicker_than_the_failure_counts(house: House) -> None:
    class Slow(Strict):
        async def send(self, outbound: Outbound) -> Receipt:
            await house.says(kind="sent", message_id="m1", correlation=outbound.id)
            raise DeliveryUnknown("timed out")

    house.channel = Slow()
    house.restart()
    await house.says("cabin bag?")
    await house.works()
    house.clock.forward(minutes=5)
    await house.works()
    assert (answer(house).delivery, house.conversation().case_id) == ("sent", None)
