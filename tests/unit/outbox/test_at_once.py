"""What a turn says is sent by whoever took the turn, without being looked for."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot import worker
from bot.assistant.scripted import understood
from bot.conversation import transactions
from bot.errors import DeliveryLater
from bot.outbox import delivery
from bot.store import outbox
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "two": understood("question_two", "question", "First.", "Second."),
}


async def takes_turns(house: House) -> None:
    """All turns that are due, and what they have sent at once."""
    await house.turns.drain()
    await house.outbox.idle()


def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "claim", lambda *_, **__: [])


async def test_an_answer_sets_out_without_being_looked_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody_looks(monkeypatch)
    await house.says("cabin bag?")
    await takes_turns(house)
    assert house.channel.texts == ["One cabin bag of 10 kg."]
    assert house.lines()[1].delivery == "sent"


async def test_an_answer_waits_behind_what_was_said_before(house: House) -> None:
    house.channel.failures = [DeliveryLater("503")]
    await house.says("two")
    await takes_turns(house)
    await house.says("cabin bag?")
    await takes_turns(house)
    assert house.channel.texts == []
    for _ in range(3):
        house.clock.forward(seconds=10)
        await house.works()
    assert house.channel.texts == ["First.", "Second.", "One cabin bag of 10 kg."]


async def test_where_as_much_is_sent_as_may_be_an_answer_waits(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as busy:
        busy.setattr(delivery, "AT_ONCE", 0)
        await house.says("cabin bag?")
        await takes_turns(house)
        assert house.channel.texts == []
    await house.works()
    assert house.channel.texts == ["One cabin bag of 10 kg."]


async def test_who_stops_leaves_an_answer_that_has_not_set_out_to_the_next(house: House) -> None:
    running = asyncio.ensure_future(house.outbox.run())
    await asyncio.sleep(0)
    claim = house.delivery.claim()
    assert claim
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    await house.says("cabin bag?")
    await house.answers()
    until = house.clock() + timedelta(minutes=1)
    (parcel,) = house.store.run_now(outbox.claim, claim.lease, now=house.clock(), until=until)
    await house.delivery.take([parcel], claim)
    assert house.channel.texts == []
    assert house.delivery.claim() is None
    house.restart()
    await house.works()
    assert house.channel.texts == ["One cabin bag of 10 kg."]


async def test_an_answer_is_sent_though_its_turn_is_cut_off_while_it_is_written_down(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, finish = threading.Event(), threading.Event(), transactions.finish

    def slow(*args: Any) -> Any:
        begun.set()
        go_on.wait()
        return finish(*args)

    monkeypatch.setattr(transactions, "finish", slow)
    monkeypatch.setattr(worker, "GRACE", 0)
    nobody_looks(monkeypatch)
    await house.says("cabin bag?")
    running = asyncio.ensure_future(house.turns.run())
    await asyncio.to_thread(begun.wait)
    running.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    go_on.set()
    with suppress(asyncio.CancelledError):
        await running
    await house.outbox.idle()
    assert house.channel.texts == ["One cabin bag of 10 kg."]


async def test_an_answer_of_which_nobody_knows_whether_it_set_out_goes_to_a_human(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> None:
        """The process ends just after the turn was committed."""

    monkeypatch.setattr(house.delivery, "take", dies)
    await house.says("cabin bag?")
    await takes_turns(house)
    house.restart()
    await house.works()
    assert (house.lines()[1].delivery, house.channel.texts) == ("queued", [])
    house.clock.forward(seconds=61)
    await house.works()
    assert (house.lines()[1].delivery, house.case().reason) == ("unknown", "delivery_unknown")


async def test_an_answer_whose_commit_got_no_answer_is_sent_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, lost = house.store.run, [transactions.finish]

    async def loses_its_answer(function: Any, *args: Any, **more: Any) -> Any:
        result = await run(function, *args, **more)
        if function in lost:
            lost.remove(function)
            raise OperationalError("COMMIT", None, Exception(), connection_invalidated=True)
        return result

    monkeypatch.setattr(house.store, "run", loses_its_answer)
    await house.says("cabin bag?")
    await takes_turns(house)
    assert (lost, house.channel.texts) == ([], [])
    await house.works()
    assert house.channel.texts == ["One cabin bag of 10 kg."]
    assert house.lines()[1].delivery == "sent"
