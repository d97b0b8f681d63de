from __future__ import annotations

import asyncio

from bot.store.bell import Bell, Listener


async def test_ring_before_the_wait_is_not_lost() -> None:
    bell = Bell()
    with bell.listen("topic") as listener:
        bell.ring("topic")
        assert await listener.wait(0)


async def test_silence_ends_the_wait() -> None:
    assert not await Listener().wait(0)


async def test_who_is_cancelled_at_the_very_ring_stops_all_the_same() -> None:
    listener = Listener()

    async def listen_for_ever() -> None:
        while True:
            await listener.wait(60)

    task = asyncio.create_task(listen_for_ever())
    await asyncio.sleep(0)
    listener.ring()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=1)
    assert task.cancelled()
