"""Deliveries on a real SQLite store and a fake channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from bot.assistant.scripted import understood
from bot.errors import (
    AccountStopped,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
    Unreachable,
)
from bot.outbox import outcomes
from bot.outbox.outcomes import Sent
from bot.store import accounts, bell, outbox
from bot.store.rows import Line
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "two": understood("question_two", "question", "First.", "Second."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
}


def answer(house: House) -> Line:
    return house.lines()[1]


async def test_what_fails_for_now_is_sent_later_once(house: House) -> None:
    house.channel.failures = [DeliveryLater("503"), DeliveryLater("503")]
    await house.says("cabin bag?")
    for _ in range(5):
        await house.works()
        house.clock.forward(seconds=10)
    assert house.channel.texts == ["One cabin bag of 10 kg."]
    assert (answer(house).delivery, answer(house).platform_id) == ("sent", "out-2")


async def test_the_platforms_own_delay_is_honoured(house: House) -> None:
    house.channel.failures = [DeliveryLater("429", retry_after=30)]
    await house.says("cabin bag?")
    await house.works()
    house.clock.forward(seconds=29)
    await house.works()
    assert house.channel.texts == []
    house.clock.forward(seconds=2)
    await house.works()
    assert len(house.channel.texts) == 1


async def test_a_delay_that_nobody_can_mean_leaves_the_reply_to_a_human(house: House) -> None:
    house.channel.failures = [DeliveryLater("429", retry_after=1e15)]
    await house.says("cabin bag?")
    await house.works()
    assert (answer(house).delivery, house.case().reason) == ("failed", "delivery_failed")


async def test_replies_of_a_conversation_keep_their_order(house: House) -> None:
    house.channel.failures = [DeliveryLater("503")]
    await house.says("two")
    await house.works()
    assert house.channel.texts == []
    house.clock.forward(seconds=10)
    await house.works()
    assert house.channel.texts == ["First.", "Second."]


async def test_whoever_sends_is_woken_for_the_next_reply_and_not_after_the_last(house: House) -> None:
    await house.says("two")
    await house.answers()
    with house.bell.listen(bell.OUTBOX) as ear:
        for sent, is_rung in (["First."], True), (["First.", "Second."], False):
            ear.take()
            await house.outbox.start()
            await house.outbox.idle()
            assert (house.channel.texts, ear.take()) == (sent, is_rung)
            house.clock.forward(seconds=2)


@pytest.mark.parametrize(
    ("error", "delivery"),
    [(DeliveryRefused("too long"), "failed"), (DeliveryUnknown("timed out"), "unknown")],
)
async def test_a_reply_that_is_lost_goes_to_a_human_and_is_not_repeated(
    house: House, error: DeliveryError, delivery: str
) -> None:
    house.channel.failures = [error]
    await house.says("cabin bag?")
    for _ in range(3):
        await house.works()
        house.clock.forward(minutes=5)
    assert house.channel.texts == []
    assert (answer(house).delivery, answer(house).delivery_reason) == (delivery, str(error))
    assert house.case().reason == f"delivery_{delivery}"


async def test_a_customer_who_blocked_the_account_is_shown_as_unreachable(house: House) -> None:
    house.channel.failures = [Unreachable("blocked by the user")]
    await house.says("cabin bag?")
    await house.works()
    conversation = house.conversation()
    assert conversation.unreachable_at is not None
    assert conversation.case_id is None


async def test_an_account_whose_token_died_rests_and_then_goes_on(house: House) -> None:
    house.channel.failures = [AccountStopped("401")]
    await house.says("cabin bag?")
    await house.works()
    await house.says("cabin bag?", person="bob")
    await house.works()
    assert house.channel.texts == []
    house.clock.forward(seconds=61)
    await house.works()
    house.clock.forward(seconds=61)
    await house.works()
    assert len(house.channel.texts) == 2


async def test_all_that_waits_for_a_stopped_account_rests_without_being_looked_at(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[int] = []
    postpone = outbox.postpone

    def count(connection: Connection, message_id: int, lease: str, due_at: datetime) -> None:
        looked_at.append(message_id)
        postpone(connection, message_id, lease, due_at)

    monkeypatch.setattr(outbox, "postpone", count)
    for number in range(120):
        await house.says("cabin bag?", person=f"person{number}")
    await house.answers()
    house.channel.failures = [AccountStopped("401") for _ in range(120)]
    await house.works()
    assert len(looked_at) < 60
    house.clock.forward(seconds=59)
    await house.works()
    assert len(house.channel.failures) > 60
    house.channel.failures = []
    for _ in range(60):
        house.clock.forward(seconds=2)
        await house.works()
    assert len(house.channel.texts) == 120


async def test_a_refused_account_is_red_until_a_message_goes_out(house: House) -> None:
    house.channel.failures = [AccountStopped("the token is refused")]
    await house.says("cabin bag?")
    await house.works()
    (row,) = house.store.run_now(accounts.stopped)
    assert (row.channel, row.account, row.reason) == ("fake", "main", "the token is refused")
    house.clock.forward(seconds=61)
    await house.works()
    assert house.store.run_now(accounts.stopped) == []


async def test_a_message_over_which_our_code_stumbles_goes_to_a_human_at_once(house: House) -> None:
    house.channel.failures = [KeyError("cabin bag?")]
    await house.says("cabin bag?")
    await house.works()
    assert answer(house).delivery == "unknown"
    reason = answer(house).delivery_reason or ""
    assert reason.startswith("KeyError at bot/outbox/delivery.py:")
    assert "cabin" not in reason
    assert house.case().reason == "delivery_unknown"
    house.clock.forward(minutes=5)
    await house.works()
    assert house.channel.texts == []


async def test_after_the_deadline_a_reply_is_given_up_and_a_human_told(house: House) -> None:
    house.channel.failures = [DeliveryLater("503") for _ in range(40)]
    await house.says("cabin bag?")
    for _ in range(20):
        await house.works()
        house.clock.forward(minutes=6)
    assert house.case().reason == "delivery_failed"
    assert "given up" in (answer(house).delivery_reason or "")


async def test_an_interrupted_sending_is_not_repeated_where_it_might_double(house: House) -> None:
    await house.says("cabin bag?")
    await house.answers()
    now = house.clock()
    assert house.store.run_now(outbox.claim, "dead", now=now, until=now)
    house.clock.forward(seconds=1)
    house.restart()
    await house.works()
    assert house.channel.texts == []
    assert answer(house).delivery == "unknown"
    assert house.case().reason == "delivery_unknown"


async def test_who_was_held_up_until_the_lease_ended_sends_nothing(house: House) -> None:
    await house.says("cabin bag?")
    await house.answers()
    house.stopwatch = iter([0.0, 61.0, 61.0]).__next__
    await house.outbox.drain()
    assert house.channel.texts == []


async def test_who_lost_the_lease_does_not_put_off_the_sending_of_another(house: House) -> None:
    await house.says("cabin bag?")
    await house.answers()
    now = house.clock()
    (parcel,) = house.store.run_now(outbox.claim, "another", now=now, until=now + timedelta(seconds=60))
    house.store.run_now(outbox.later, parcel.outbound.id, "mine", now)
    assert house.store.run_now(outbox.claim, "third", now=now, until=now) == []


async def test_a_sending_is_written_down_as_soon_as_the_database_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = outcomes.sent, [OperationalError("", {}, Exception("database is locked"))] * 2

    def sent(connection: Connection, sendings: Sequence[Sent], now: datetime) -> list[bool]:
        if failures:
            raise failures.pop()
        return real(connection, sendings, now)

    monkeypatch.setattr(outcomes, "sent", sent)
    await house.says("cabin bag?")
    await house.works()
    assert (answer(house).delivery, len(house.channel.texts)) == ("sent", 1)


async def test_what_was_sent_to_many_is_written_down_together(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, groups = outcomes.sent, []

    def sent(connection: Connection, sendings: Sequence[Sent], now: datetime) -> list[bool]:
        told = real(connection, sendings, now)
        groups.append(len(sendings))
        return told

    monkeypatch.setattr(outcomes, "sent", sent)
    talks = [await house.says("what a scandal", person=f"p{number}") for number in range(10)]
    await house.answers()
    await house.outbox.drain()
    assert (sum(groups), max(groups) > 1) == (10, True)
    said = [house.lines(talk)[1] for talk in talks]
    assert [line.delivery for line in said] == ["sent"] * 10
    assert [line.platform_id for line in said] == [f"out-{line.id}" for line in said]
    assert {house.case(talk).acknowledged_at for talk in talks} == {house.clock()}


async def test_the_acknowledgement_clock_stops_when_the_handover_is_sent(house: House) -> None:
    house.channel.failures = [DeliveryLater("503")]
    await house.says("what a scandal")
    await house.works()
    assert house.case().acknowledged_at is None
    house.clock.forward(seconds=5)
    await house.works()
    assert house.case().acknowledged_at == house.clock()
    assert house.case().answered_at is None
