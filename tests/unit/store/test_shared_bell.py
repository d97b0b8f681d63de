"""Bells that are heard in other processes, by a real Redis that comes and goes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, closing

import pytest
from prometheus_client import REGISTRY

from bot.store import shared_bell as module
from bot.store.namespace import namespace
from bot.store.shared import connect
from bot.store.shared_bell import SharedBell
from bot.store.store import Store
from tests import servers
from tests.unit.store.bells import Belfry

pytestmark = [pytest.mark.servers, pytest.mark.timeout(30)]


@pytest.fixture
def mortal() -> Iterator[servers.Redis]:
    """A Redis of our own, to be killed."""
    with servers.redis() as server:
        yield server


class Processes(Belfry):
    """Bells of several processes."""

    def __init__(self, stack: AsyncExitStack, url: str) -> None:
        super().__init__(stack)
        self.url = url

    async def bell(self, name: str = "relais:one", *, at_once: bool = True) -> SharedBell:
        """The bell of another process, connected unless Redis is away."""
        bell = SharedBell(self.url, name, rest=self._short_rest)
        self.keep(bell)
        if at_once:
            await until_connected(bell)
        return bell

    async def _short_rest(self, _: float) -> None:
        await asyncio.sleep(0.02)


async def until_connected(bell: SharedBell, connected: bool = True) -> None:
    while bell.connected is not connected:  # noqa: ASYNC110 - another process would not be told either
        await asyncio.sleep(0.01)


@pytest.fixture
async def processes(redis_url: str) -> AsyncIterator[Processes]:
    async with AsyncExitStack() as stack:
        yield Processes(stack, redis_url)


@pytest.fixture
async def on_mortal(mortal: servers.Redis) -> AsyncIterator[Processes]:
    async with AsyncExitStack() as stack:
        yield Processes(stack, mortal.url)


async def test_a_bell_is_heard_in_its_own_process_and_in_others(processes: Processes) -> None:
    here, there = await processes.bell(), await processes.bell()
    ears = [processes.ear(here), processes.ear(there)]
    here.ring("topic")
    assert ears[0].take()
    assert await ears[1].wait(5)


async def test_only_those_who_listen_to_the_topic_hear_it(processes: Processes) -> None:
    here, there = await processes.bell(), await processes.bell()
    other, ear = processes.ear(there, "other"), processes.ear(there)
    other.take()
    here.ring("topic")
    assert await ear.wait(5)
    assert not other.take()


async def test_who_rings_is_not_woken_up_by_his_own_ring_again(processes: Processes) -> None:
    here, there = await processes.bell(), await processes.bell()
    ears = [processes.ear(here), processes.ear(there)]
    here.ring("topic")
    assert await ears[1].wait(5)
    assert ears[0].take()
    there.ring("other")
    assert not await ears[0].wait(0.05)


async def test_installations_that_share_a_redis_do_not_hear_each_other(processes: Processes) -> None:
    one, other = await processes.bell("relais:one"), await processes.bell("relais:other")
    same = await processes.bell("relais:one")
    stranger, friend = processes.ear(other), processes.ear(same)
    one.ring("topic")
    assert await friend.wait(5)
    assert not stranger.take()


async def test_without_redis_bells_ring_at_home_and_nothing_fails(
    on_mortal: Processes, mortal: servers.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    mortal.stop()
    caplog.set_level(logging.WARNING)
    bell = await on_mortal.bell(at_once=False)
    ear = on_mortal.ear(bell)
    bell.ring("topic")
    assert await ear.wait(5)
    mortal.start()
    await until_connected(bell)
    assert len(caplog.messages) == 1  # said once, however often it was tried


async def test_after_a_redis_that_was_killed_bells_are_heard_again_and_all_look_once(
    on_mortal: Processes, mortal: servers.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    here, there = await on_mortal.bell(), await on_mortal.bell()
    ear = on_mortal.ear(there)
    mortal.kill()
    await until_connected(here, False)
    await until_connected(there, False)
    ear.take()
    mortal.start()
    await until_connected(here)
    await until_connected(there)
    assert ear.take()
    here.ring("topic")
    assert await ear.wait(5)
    assert len(caplog.messages) == 2  # once by each


async def test_a_redis_that_hangs_counts_as_away(
    on_mortal: Processes, mortal: servers.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PATIENCE", "HEARTBEAT", "SILENCE"):
        monkeypatch.setattr(module, name, 0.2)
    bell = await on_mortal.bell()
    assert REGISTRY.get_sample_value("relais_redis_connected", {"use": "bell"}) == 1
    mortal.pause()
    await until_connected(bell, False)
    assert REGISTRY.get_sample_value("relais_redis_connected", {"use": "bell"}) == 0
    bell.ring("topic")
    mortal.go_on()
    await until_connected(bell)


async def test_what_somebody_else_says_there_is_not_heard(processes: Processes) -> None:
    here, there = await processes.bell(), await processes.bell()
    ear = processes.ear(there)
    async with connect(processes.url, 1) as client:
        await client.publish("relais:one:bell", b"what is this?")
    here.ring("topic")
    assert await ear.wait(5)


def test_each_database_has_a_name_of_its_own_by_whatever_address_it_is_reached(
    database: str, postgres: servers.Postgres
) -> None:
    same = database.replace("127.0.0.1", "localhost").replace("/relais.db", "/./relais.db")
    with ExitStack() as stack:
        urls = (database, same, stack.enter_context(postgres.fresh()))
        stores = [stack.enter_context(closing(Store(url))) for url in urls]
        names = [store.run_now(namespace) for store in stores]
    assert names[0] == names[1] != names[2]
