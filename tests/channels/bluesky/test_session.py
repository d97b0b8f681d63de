"""Sessions: made once, renewed when they end, and never asked for more often than is allowed."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.bluesky import Bluesky
from bot.errors import AccountStopped, DeliveryLater
from tests.fakes import bluesky as fake
from tests.fakes.bluesky import Answer, Drop, FakePerson
from tests.fakes.clock import FakeClock

CREATE, REFRESH = "com.atproto.server.createSession", "com.atproto.server.refreshSession"


async def test_one_session_serves_all_calls(world: fake.Bluesky, channel: Bluesky) -> None:
    await asyncio.gather(*(channel.check() for _ in range(5)))
    assert world.calls[CREATE] == 1


async def test_session_that_has_ended_is_renewed_once(
    world: fake.Bluesky, channel: Bluesky, clock: FakeClock
) -> None:
    await channel.check()
    clock.forward(hours=3)
    await asyncio.gather(*(channel.check() for _ in range(5)))
    assert (world.sessions.created, world.sessions.refreshed) == (1, 1)


async def test_where_it_cannot_be_renewed_another_is_made(world: fake.Bluesky, channel: Bluesky) -> None:
    await channel.check()
    world.sessions.expire(for_good=True)
    await channel.check()
    assert (world.sessions.created, world.sessions.refreshed) == (2, 0)


async def test_server_that_is_away_costs_no_session(world: fake.Bluesky, channel: Bluesky) -> None:
    await channel.check()
    world.sessions.expire()
    world.faults.next(REFRESH, Drop())
    with pytest.raises(DeliveryLater):
        await channel.check()
    await channel.check()
    assert (world.sessions.created, world.sessions.refreshed) == (1, 1)


@pytest.mark.parametrize("name", ["AuthenticationRequired", "AuthFactorTokenRequired", "AccountTakedown"])
async def test_refused_password_stops_the_account_and_is_not_tried_at_once(
    world: fake.Bluesky, channel: Bluesky, clock: FakeClock, name: str
) -> None:
    world.faults.next(CREATE, Answer(401, f'{{"error": "{name}", "message": "no"}}'))
    for _ in range(3):
        with pytest.raises(AccountStopped, match=name):
            await channel.check()
    assert world.calls[CREATE] == 1
    clock.forward(minutes=6)
    await channel.check()


async def test_session_that_nothing_takes_stops_the_account(world: fake.Bluesky, channel: Bluesky) -> None:
    await channel.check()
    world.faults.next("app.bsky.actor.getProfile", Answer(401, '{"error": "InvalidToken"}'), 2)
    with pytest.raises(AccountStopped, match="every session"):
        await channel.check()


async def test_limit_of_sessions_is_waited_for(
    world: fake.Bluesky, channel: Bluesky, shop: FakePerson, clock: FakeClock
) -> None:
    world.limits.by_method[CREATE][0].most = 0
    for _ in range(2):
        with pytest.raises(DeliveryLater) as caught:
            await channel.check()
        assert caught.value.retry_after == pytest.approx(300, abs=2)
    assert world.calls[CREATE] == 1
    world.limits.by_method[CREATE][0].most = 30
    clock.forward(minutes=6)
    await channel.check()


@pytest.mark.parametrize(("asked", "wait"), [("7", 7), ("a while", None), ("9" * 30, None)])
async def test_wait_that_makes_no_sense_is_not_kept(
    world: fake.Bluesky, channel: Bluesky, asked: str, wait: float | None
) -> None:
    world.faults.next("app.bsky.actor.getProfile", Answer(503, headers={"Retry-After": asked}))
    with pytest.raises(DeliveryLater) as caught:
        await channel.check()
    assert caught.value.retry_after == wait


async def test_answer_that_is_no_session_is_tried_later(world: fake.Bluesky, channel: Bluesky) -> None:
    world.faults.next(CREATE, Answer(200, '{"did": "did:plc:shop"}'))
    with pytest.raises(DeliveryLater):
        await channel.check()
