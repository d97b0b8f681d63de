"""Bells that are heard in the other processes of this machine, by real datagrams."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.store import local_bell
from bot.store.bell import Listener
from bot.store.local_bell import LocalBell
from tests.unit.store.bells import Belfry

pytestmark = pytest.mark.timeout(30)

# How long a sound is waited for before it is made again, in seconds.
AGAIN = 0.05


class Processes(Belfry):
    """Bells of several processes."""

    def __init__(self, stack: AsyncExitStack, name: str) -> None:
        super().__init__(stack)
        self._name = name

    def bell(self, name: str = "") -> LocalBell:
        """The bell of another process."""
        bell = LocalBell(name or self._name)
        self.keep(bell)
        return bell


async def until_heard(ring: Callable[[], None], ear: Listener) -> None:
    """Ring until it is heard: a process that has just been started hears nothing yet."""
    ring()
    while not await ear.wait(AGAIN):
        ring()


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[Processes]:
    async with AsyncExitStack() as stack:
        yield Processes(stack, str(tmp_path))


async def test_a_bell_is_heard_in_its_own_process_and_in_others(processes: Processes) -> None:
    here, there = processes.bell(), processes.bell()
    own, other = processes.ear(here), processes.ear(there)
    await until_heard(lambda: here.ring("topic"), other)
    assert own.take()


async def test_only_those_who_listen_to_the_topic_in_the_same_installation_are_woken_up(
    processes: Processes,
) -> None:
    here, there, elsewhere = processes.bell(), processes.bell(), processes.bell("another")
    ear, indifferent, stranger = (
        processes.ear(there),
        processes.ear(there, "another topic"),
        processes.ear(elsewhere),
    )
    await until_heard(lambda: elsewhere.ring("topic"), stranger)
    await until_heard(lambda: here.ring("topic"), ear)
    assert not indifferent.take()
    assert not stranger.take()


async def test_a_datagram_of_somebody_else_changes_nothing(processes: Processes, tmp_path: Path) -> None:
    here, there = processes.bell(), processes.bell()
    ear = processes.ear(there)
    await until_heard(lambda: here.ring("topic"), ear)
    with local_bell.joined(place := local_bell.place_of(str(tmp_path))) as stranger:
        stranger.sendto(b"\xff\x00 no ring", place)
    await until_heard(lambda: here.ring("topic"), ear)


async def test_where_the_machine_allows_no_datagrams_it_rings_in_its_own_process(
    processes: Processes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def refuses(*_: object) -> socket.socket:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(local_bell, "joined", refuses)
    alone = LocalBell("alone")
    await alone.run()
    ear = processes.ear(alone)
    alone.ring("topic")
    assert ear.take()
    assert "Operation not permitted" in caplog.text
