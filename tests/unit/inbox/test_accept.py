from __future__ import annotations

import msgspec
import pytest

from bot.messages import Inbound
from bot.store import bell
from tests.fakes.channel import event
from tests.fakes.house import House


def hello(house: House, number: int, text: str = "hello", person: str = "ann") -> Inbound:
    return event(text, number=number, at=house.clock(), person=person)


async def test_two_events_in_one_request_that_are_the_same_are_one(house: House) -> None:
    accepted = await house.inbox.accept([hello(house, 1), hello(house, 1), hello(house, 2)])
    assert (accepted.new, accepted.known) == (2, 1)


async def test_accepting_wakes_up_workers_and_those_who_watch(house: House) -> None:
    with house.bell.listen(bell.TURNS) as worker, house.bell.listen("conversation/1") as page:
        await house.inbox.accept([hello(house, 1)])
        assert await worker.wait(0.01)
        assert await page.wait(0.01)
        assert not await worker.wait(0.01)


async def test_a_text_that_no_database_stores_is_accepted_without_its_broken_parts(
    house: House,
) -> None:
    await house.inbox.accept([hello(house, 1, text="a\ud800b\0c", person="an\ud800n")])
    assert house.lines()[0].text == "a?bc"


async def test_a_text_that_only_speaks_of_such_parts_stays_as_it_is(house: House) -> None:
    await house.inbox.accept([hello(house, 1, text=r"what is \u0000 or \ud800?")])
    assert house.lines()[0].text == r"what is \u0000 or \ud800?"


async def test_an_event_of_other_types_than_it_claims_is_not_stored(house: House) -> None:
    with pytest.raises(msgspec.ValidationError):
        await house.inbox.accept([msgspec.structs.replace(hello(house, 1), reply_to=5)])
    assert not house.lines()


async def test_a_card_number_is_never_stored(house: House) -> None:
    await house.says("my card is 4111 1111 1111 1111, help", message_id="m1")
    await house.says("my card is 4111111111111111", message_id="m1", kind="edited")
    assert house.lines()[0].text == "my card is •••• 1111"
    assert "4111 1111" not in str(house.record())
    assert "•••• 1111, help" in str(house.record())


async def test_one_event_that_cannot_be_written_leaves_no_half_of_its_request(house: House) -> None:
    broken = event("x", number=2, at=house.clock().replace(tzinfo=None))
    with pytest.raises(TypeError, match="naive"):
        await house.inbox.accept([hello(house, 1), broken])
    accepted = await house.inbox.accept([hello(house, 1)])
    assert accepted.new == 1


async def test_a_customer_who_blocks_and_comes_back_is_shown_so(house: House) -> None:
    await house.says(kind="unreachable")
    assert house.conversation().unreachable_at is not None
    await house.says(kind="reachable")
    assert house.conversation().unreachable_at is None
    assert [entry.action for entry in house.record()] == ["unreachable", "not_unreachable"]
