"""What platforms tell beside messages: of texts of ours, and of colleagues."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.assistant.scripted import understood
from bot.errors import DeliveryLater, DeliveryUnknown
from bot.messages import Receipt
from bot.outbox import outcomes
from bot.outbox.outcomes import Sent
from bot.store import bell, outbox, tables
from bot.store.outbox import Parcel
from bot.store.rows import Line
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "two": understood("question_two", "question", "First.", "Second."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
}


async def answered(house: House) -> Line:
    """A question of Ann's, and the answer that the platform took as `out-2`."""
    await house.says("cabin bag?")
    await house.works()
    return house.lines()[1]


def delivery(house: House, number: int = 1) -> str | None:
    return house.lines()[number].delivery


def in_flight(house: House) -> Parcel:
    """The text that a worker is sending right now."""
    now = house.clock()
    (parcel,) = house.store.run_now(outbox.claim, "me", now=now, until=now + timedelta(minutes=1))
    return parcel


def gets_its_receipt(house: House, parcel: Parcel, message_id: str = "out-2") -> None:
    sent = Sent(parcel, Receipt(message_id=message_id), house.clock())
    house.store.run_now(outcomes.sent, [sent], house.clock())


async def test_a_text_is_delivered_and_read(house: House) -> None:
    await answered(house)
    await house.says(kind="delivered", message_id="out-2")
    assert delivery(house) == "delivered"
    await house.says(kind="read", message_id="out-2")
    assert delivery(house) == "read"


@pytest.mark.parametrize("earlier", ["sent", "delivered", "failed"])
async def test_a_state_never_goes_backwards(house: House, earlier: str) -> None:
    await answered(house)
    await house.says(kind="read", message_id="out-2")
    await house.says(kind=earlier, message_id="out-2", reason="131026 gone")
    await house.works()
    assert delivery(house) == "read"
    assert house.conversation().case_id is None


async def test_what_failed_stays_so_when_its_acceptance_is_told_late(house: House) -> None:
    await answered(house)
    await house.says(kind="failed", message_id="out-2", reason="131026 gone")
    await house.says(kind="sent", message_id="out-2")
    assert delivery(house) == "failed"


async def test_everything_up_to_a_moment_is_read_and_nothing_after_it(house: House) -> None:
    await answered(house)
    moment = house.clock()
    house.clock.forward(seconds=5)
    await house.says("cabin bag?")
    await house.works()
    await house.says(kind="read", message_id="", until=moment)
    assert [line.delivery for line in house.lines() if line.author == "bot"] == ["read", "sent"]


@pytest.mark.parametrize("kind", ["sent", "delivered", "read", "failed"])
async def test_of_what_is_not_known_nothing_is_written_down(house: House, kind: str) -> None:
    await house.says(kind=kind, message_id="out-2", person="nobody")
    await answered(house)
    assert await house.says(kind=kind, message_id="another") == 0
    assert await house.says(kind=kind, message_id="another", correlation=99) == 0
    assert delivery(house) == "sent"
    assert house.store.run_now(conversations_there) == 1


async def test_another_account_has_no_say_over_our_texts(house: House) -> None:
    line = await answered(house)
    assert await house.says(kind="read", message_id="x", correlation=line.id, account="other") == 0
    assert delivery(house) == "sent"


@pytest.mark.parametrize("kind", ["edited", "deleted", "hidden", "returned"])
async def test_nothing_begins_with_a_change_of_what_is_not_known(house: House, kind: str) -> None:
    await house.says(kind=kind)
    assert house.store.run_now(conversations_there) == 0


async def test_no_turn_is_due_for_what_is_no_message(house: House) -> None:
    await answered(house)
    with house.bell.listen(bell.TURNS) as worker, house.bell.listen("conversation/1") as page:
        for kind in ("delivered", "read", "colleague", "taken_elsewhere", "returned"):
            await house.says(kind=kind, message_id="out-2", text="hi")
            assert await page.wait(0.01)
        assert not await worker.wait(0.01)
    assert house.conversation().due_at is None


async def test_a_state_that_overtakes_the_receipt_is_not_lost(house: House) -> None:
    await house.says("cabin bag?")
    await house.answers()
    parcel = in_flight(house)
    await house.says(kind="read", message_id="out-2")
    await house.says(kind="delivered", message_id="another")
    assert delivery(house) == "queued"
    gets_its_receipt(house, parcel)
    assert delivery(house) == "read"
    assert house.store.run_now(waiting_to_be_sent) == 0


async def test_a_state_that_overtakes_one_of_several_receipts_is_not_lost(house: House) -> None:
    for person in ("ann", "bob"):
        await house.says("cabin bag?", person=person)
    await house.answers()
    now = house.clock()
    until = now + timedelta(minutes=1)
    parcels = house.store.run_now(outbox.claim, "me", now=now, until=until, most=2)
    read = parcels[1]
    await house.says(kind="read", message_id=f"out-{read.outbound.id}", person=read.conversation.person)
    receipts = [Sent(it, Receipt(message_id=f"out-{it.outbound.id}"), now) for it in parcels]
    house.store.run_now(outcomes.sent, receipts, now)
    assert [house.lines(it.conversation.id)[1].delivery for it in parcels] == ["sent", "read"]
    assert house.store.run_now(waiting_to_be_sent) == 0


async def test_a_moment_that_overtakes_the_receipt_is_not_lost(house: House) -> None:
    await house.says("cabin bag?")
    await house.answers()
    parcel = in_flight(house)
    await house.says(kind="read", message_id="", until=house.clock() + timedelta(seconds=1))
    gets_its_receipt(house, parcel)
    assert delivery(house) == "read"


@pytest.mark.parametrize("kind", ["sent", "delivered"])
async def test_an_echo_that_overtakes_the_receipt_settles_it(house: House, kind: str) -> None:
    await house.says("scandal")
    await house.answers()
    parcel = in_flight(house)
    await house.says(kind=kind, message_id="out-2", correlation=parcel.outbound.id)
    assert (house.lines()[1].delivery, house.lines()[1].platform_id) == (kind, "out-2")
    assert house.case().acknowledged_at == house.clock()
    gets_its_receipt(house, parcel)
    assert delivery(house) == kind
    house.clock.forward(minutes=5)
    await house.works()
    assert house.channel.texts == []


async def test_a_failure_that_overtakes_the_receipt_goes_to_a_human(house: House) -> None:
    await house.says("cabin bag?")
    await house.answers()
    parcel = in_flight(house)
    await house.says(kind="failed", message_id="out-2", correlation=parcel.outbound.id, reason="131026 gone")
    gets_its_receipt(house, parcel)
    await house.works()
    assert (house.lines()[1].delivery, house.lines()[1].delivery_reason) == ("failed", "131026 gone")
    assert house.case().reason == "delivery_failed"
    assert house.channel.texts == []


async def test_an_echo_makes_sure_of_what_nobody_knew(house: House) -> None:
    house.channel.failures = [DeliveryUnknown("timed out")]
    await answered(house)
    assert delivery(house) == "unknown"
    await house.says(kind="sent", message_id="m1", correlation=house.lines()[1].id)
    line = house.lines()[1]
    assert (line.delivery, line.delivery_reason, line.platform_id) == ("sent", None, "m1")


async def test_what_was_accepted_and_failed_goes_to_a_human_once(house: House) -> None:
    await answered(house)
    await house.says(kind="failed", message_id="out-2", reason="131026 gone")
    await house.says(kind="failed", message_id="out-2", reason="131026 gone")
    await house.works()
    line = house.lines()[1]
    assert (line.delivery, line.delivery_reason) == ("failed", "131026 gone")
    assert house.case().reason == "delivery_failed"
    assert [entry.action for entry in house.record()].count("delivery_failed") == 1
    assert len(house.channel.texts) == 1


async def test_a_public_message_is_hidden_and_shown_and_its_words_stay(house: House) -> None:
    await house.says("what a day", surface="public", message_id="c1")
    for kind in ("hidden", "hidden"):
        await house.says(kind=kind, surface="public", message_id="c1")
    assert house.lines()[0].hidden_at == house.clock()
    await house.says(kind="shown", surface="public", message_id="c1")
    line = house.lines()[0]
    assert (line.hidden_at, line.text) == (None, "what a day")
    assert [entry.action for entry in house.record()] == ["message_hidden", "message_shown"]


async def test_when_the_customer_wrote_is_kept_by_the_platforms_clock(house: House) -> None:
    began = house.clock()
    house.clock.forward(hours=1)
    await house.says("hello", at=began)
    assert house.conversation().said_at == began
    await house.says("one more", at=began - timedelta(hours=1))
    assert house.conversation().said_at == began
    await house.says("from a clock that is fast", at=house.clock() + timedelta(days=1))
    assert house.conversation().said_at == house.clock()
    house.clock.forward(hours=1)
    await house.says("of which it does not tell", at=None)
    assert house.conversation().said_at == house.clock()


# --- Colleagues elsewhere ------------------------------------------------------------------------


async def test_a_colleagues_answer_stands_in_the_transcript(house: House) -> None:
    await house.says("hello")
    await house.says("I look into it, Ann.", kind="colleague", message_id="m9")
    line = house.lines()[1]
    assert (line.author, line.text, line.platform_id, line.delivery) == (
        "colleague",
        "I look into it, Ann.",
        "m9",
        None,
    )
    assert house.conversation().elsewhere_at == house.clock()


async def test_a_colleague_may_write_first(house: House) -> None:
    assert await house.says("Good morning", kind="colleague") == 1
    assert house.conversation().elsewhere_at == house.clock()


async def test_a_colleagues_answer_stops_the_clock_of_the_case(house: House) -> None:
    await house.says("scandal")
    await house.works()
    assert house.case().answered_at is None
    house.clock.forward(minutes=5)
    await house.says("I look into it, Ann.", kind="colleague")
    assert house.case().answered_at == house.clock()


async def test_a_text_of_ours_that_comes_back_is_no_colleagues(house: House) -> None:
    await answered(house)
    await house.says("One cabin bag of 10 kg.", kind="colleague", message_id="out-2")
    assert [line.author for line in house.lines()] == ["customer", "bot"]
    assert house.conversation().elsewhere_at is None


async def test_a_text_of_ours_that_comes_back_late_is_no_colleagues_however_much_was_said_since(
    house: House,
) -> None:
    await answered(house)
    for _ in range(60):
        await house.says("and")
    await house.says("One cabin bag of 10 kg.", kind="colleague", message_id="out-2")
    assert house.conversation().elsewhere_at is None


async def test_a_text_of_ours_that_comes_back_before_its_receipt_is_no_colleagues(house: House) -> None:
    await house.says("cabin bag?")
    await house.answers()
    parcel = in_flight(house)
    await house.says("One cabin bag  of 10 kg.\n", kind="colleague", message_id="out-2")
    assert delivery(house) == "sent"
    gets_its_receipt(house, parcel)
    assert (delivery(house), house.conversation().elsewhere_at) == ("sent", None)


async def test_what_the_bot_had_not_sent_is_dropped(house: House) -> None:
    house.channel.failures = [DeliveryLater("503")]
    await house.says("two")
    await house.works()
    await house.says(kind="taken_elsewhere")
    house.clock.forward(minutes=5)
    await house.works()
    assert house.channel.texts == []
    assert [(line.delivery, line.delivery_reason) for line in house.lines()[1:]] == [
        ("dropped", "somebody else has the conversation")
    ] * 2
    assert house.conversation().case_id is None


async def test_it_is_recorded_once_that_somebody_has_it_and_that_it_came_back(house: House) -> None:
    await house.says("hello")
    for kind in ("taken_elsewhere", "taken_elsewhere", "returned", "returned"):
        await house.says(kind=kind)
    assert [entry.action for entry in house.record()] == ["taken_elsewhere", "returned"]
    assert house.conversation().elsewhere_at is None


def conversations_there(connection: Connection) -> int:
    number: int = connection.execute(select(func.count()).select_from(tables.conversations)).scalar_one()
    return number


def waiting_to_be_sent(connection: Connection) -> int:
    number: int = connection.execute(select(func.count()).select_from(tables.outbox)).scalar_one()
    return number
