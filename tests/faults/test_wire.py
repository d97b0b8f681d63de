"""The wire between the processes does to them what the faults need."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.faults.wire import LOOPBACK, Wire


class Heard(list[bytes]):
    """What the server behind the wire heard; it says everything twice."""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(100):
            self.append(said)
            writer.write(said * 2)
        writer.close()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def wire(heard: Heard) -> AsyncIterator[Wire]:
    server = await asyncio.start_server(heard.answer, LOOPBACK, 0)
    async with server, Wire(server.sockets[0].getsockname()[1], delay=0.05) as wire:
        yield wire


async def ask(wire: Wire, said: bytes = b"ab") -> bytes:
    reader, writer = await asyncio.open_connection(LOOPBACK, wire.port)
    writer.write(said)
    try:
        return await reader.read(100)
    finally:
        writer.close()


async def test_open_wire_passes_both_ways(wire: Wire) -> None:
    assert await ask(wire) == b"abab"


async def test_held_wire_passes_later_what_was_said_meanwhile(wire: Wire) -> None:
    await wire.set("held")
    answer = asyncio.create_task(ask(wire))
    done, _ = await asyncio.wait({answer}, timeout=0.1)
    assert not done
    await wire.set("open")
    assert await answer == b"abab"


async def test_refused_wire_resets_what_was_open_and_takes_the_same_port_again(wire: Wire) -> None:
    port = wire.port
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    await wire.set("refused")
    with pytest.raises(ConnectionError):
        await reader.read(1)
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await ask(wire)
    await wire.set("open")
    assert await ask(wire) == b"abab"
    assert wire.port == port


async def test_deaf_wire_loses_the_answer_to_a_question_that_arrived(wire: Wire, heard: Heard) -> None:
    await wire.set("deaf")
    with pytest.raises(ConnectionError):
        await ask(wire)
    assert heard == [b"ab"]


async def test_slow_wire_takes_its_time_each_way(wire: Wire) -> None:
    await wire.set("slow")
    began = asyncio.get_running_loop().time()
    assert await ask(wire) == b"abab"
    assert asyncio.get_running_loop().time() - began >= 0.1
