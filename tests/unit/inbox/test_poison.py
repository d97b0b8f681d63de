from __future__ import annotations

import json
from collections.abc import AsyncIterator

import msgspec
import pytest
from sqlalchemy.exc import OperationalError

from bot.errors import BadPayload, Stumbled
from bot.inbox.poison import body_without_cards, failed
from bot.inbox.poll import poll
from bot.messages import Inbound
from bot.store import set_aside
from bot.store.accounts import Accounts
from bot.store.set_aside import TRIES, SetAside
from tests.fakes.channel import FakeChannel, event
from tests.fakes.house import House

CARD = "4111 1111 1111 1111"
BUG = ValueError(f"cannot read {CARD}")


def body(house: House, *numbers: int, text: str = "hello") -> bytes:
    return msgspec.json.encode([event(text, number=n, at=house.clock()) for n in numbers])


def waiting(house: House) -> list[SetAside]:
    return house.store.run_now(set_aside.waiting)


async def test_a_request_on_which_our_code_fails_is_asked_for_again_and_then_put_aside(house: House) -> None:
    house.channel.stumbles = BUG
    for _ in range(TRIES):
        with pytest.raises(Stumbled):
            await house.inbox.take(house.channel, b'["hello"]')
        assert waiting(house) == []
    assert await house.inbox.take(house.channel, b'["hello"]') is None
    (row,) = waiting(house)
    assert (row.kind, row.channel, row.account, row.attempts) == ("request", "fake", "main", TRIES + 1)
    assert json.loads(row.body) == ["hello"]
    assert row.error.startswith("ValueError at bot/inbox/accept.py:")


async def test_requests_are_counted_apart(house: House) -> None:
    house.channel.stumbles = BUG
    for number in range(TRIES + 1):
        with pytest.raises(Stumbled):
            await house.inbox.take(house.channel, f"[{number}]".encode())
    assert waiting(house) == []


async def test_what_was_put_aside_does_not_come_back_when_it_is_delivered_again(house: House) -> None:
    house.channel.stumbles = BUG
    for _ in range(TRIES):
        with pytest.raises(Stumbled):
            await house.inbox.take(house.channel, b"[1]")
    assert await house.inbox.take(house.channel, b"[1]") is None
    assert await house.inbox.take(house.channel, b"[1]") is None
    assert [row.attempts for row in waiting(house)] == [TRIES + 2]


async def test_a_database_that_is_away_is_nobodys_fault(house: House) -> None:
    house.channel.stumbles = OperationalError("SELECT", {}, Exception("database is locked"))
    for _ in range(TRIES + 2):
        with pytest.raises(OperationalError):
            await house.inbox.take(house.channel, b"[1]")
    assert waiting(house) == []


async def test_what_the_platform_does_not_document_is_not_counted(house: House) -> None:
    for _ in range(TRIES + 2):
        with pytest.raises(BadPayload):
            await house.inbox.take(house.channel, b"{}")
    assert waiting(house) == []


async def test_what_is_stored_is_accepted_though_the_platform_cannot_be_told(house: House) -> None:
    house.channel.cannot_tell = RuntimeError("no loop")
    accepted = await house.inbox.take(house.channel, body(house, 1))
    assert accepted is not None
    assert accepted.new == 1


@pytest.mark.parametrize("said", [CARD, "4111-1111-1111-1111", f"pay with {CARD} please"])
def test_no_card_is_kept(said: str) -> None:
    kept = body_without_cards(json.dumps({"message": [{"text": said}]}).encode())
    assert "•••• 1111" in json.loads(kept)["message"][0]["text"]
    assert "4111" not in kept
    assert "4111" not in body_without_cards(f"{said}\0 \xff".encode("latin-1"))


def test_what_tells_who_wrote_what_where_is_kept() -> None:
    sent = {"chat": {"id": 4111111111111111}, "from": "4111111111111111", "message_id": "4111111111111111"}
    assert json.loads(body_without_cards(json.dumps(sent).encode())) == sent


@pytest.mark.parametrize("odd", [b"[" * 100_000, b'"\\ud800 \\u0000"', b"\xff\xfe", b"", b"9" * 5000])
def test_every_body_can_be_kept(odd: bytes) -> None:
    body_without_cards(odd).encode()


def test_a_request_is_known_by_account_and_body() -> None:
    first, second = FakeChannel("one"), FakeChannel("two")
    digests = [failed(channel, raw, "x").digest for channel in (first, second) for raw in (b"[1]", b"[2]")]
    assert len(set(digests)) == 4
    assert failed(first, b"[1]", "y").digest == digests[0]


class Polled(FakeChannel):
    """Hands out bodies again and again until each was stored; stumbles over some."""

    def __init__(self, *bodies: bytes, over: bytes) -> None:
        super().__init__()
        self.bodies = list(bodies)
        self.over = over
        self.fetched = 0

    def parse(self, raw_body: bytes) -> list[Inbound]:
        """The parent's, with a bug."""
        self.stumbles = BUG if raw_body == self.over else None
        return super().parse(raw_body)

    def poll(self) -> AsyncIterator[bytes]:
        """The bodies."""
        return self._updates()

    async def _updates(self) -> AsyncIterator[bytes]:
        self.fetched += 1
        while self.bodies:
            yield self.bodies[0]
            self.bodies.pop(0)


async def test_one_bad_update_does_not_stop_the_polling(house: House) -> None:
    bad = b'["bad"]'
    channel = Polled(body(house, 1), bad, b"{}", body(house, 2), over=bad)
    accounts = Accounts(house.store, house.bell, house.clock)
    await poll(channel, house.inbox, accounts, store=house.store, clock=house.clock)
    assert len(house.lines()) == 2
    assert [row.body for row in waiting(house)] == ['["bad"]']
    assert channel.fetched == TRIES + 1
