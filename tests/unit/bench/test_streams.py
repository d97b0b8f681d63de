from __future__ import annotations

import asyncio

import aiohttp

from bench.harness.streams import Posted, Turns, arrivals, closed_stream, open_stream


def test_arrivals_keep_the_rate_and_can_be_repeated() -> None:
    moments = arrivals(200, 20.0, seed=7)
    assert moments == arrivals(200, 20.0, seed=7)
    assert moments == sorted(moments)
    assert moments[0] == 0
    assert 9 < moments[-1] < 10


async def test_an_open_stream_waits_for_no_answer() -> None:
    asked, all_asked = [], asyncio.Event()

    async def post(number: int) -> int:
        asked.append(number)
        if len(asked) == 3:
            all_asked.set()
        await all_asked.wait()
        return 200

    posted = await open_stream([0.0, 0.001, 0.002], post)
    assert asked == [0, 1, 2]
    assert [it.status for it in posted] == [200, 200, 200]


async def test_a_late_start_counts_as_waiting() -> None:
    async def post(_: int) -> int:
        return 200

    (posted,) = await open_stream([-5.0], post)
    assert posted.seconds >= 5


async def test_a_request_that_fails_is_counted() -> None:
    async def post(_: int) -> int:
        raise aiohttp.ClientConnectionError

    (posted,) = await open_stream([0.0], post)
    assert posted.status == 0


async def test_a_closed_stream_has_so_many_under_way() -> None:
    under_way, most = 0, 0
    enough = asyncio.Event()

    async def post(number: int) -> int:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if number >= 3:
            enough.set()
        await enough.wait()
        under_way -= 1
        return 200

    posted: list[Posted] = await closed_stream(0.01, 4, post)
    assert most == 4
    assert len(posted) >= 4


async def test_everybody_says_everything_in_order() -> None:
    said = []

    async def say(conversation: int, message: int) -> bool:
        said.append((conversation, message))
        return True

    await Turns([2, 1, 3], say, at_once=2, pause=0.001).run()
    assert sorted(said) == [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1), (2, 2)]
    assert [message for conversation, message in said if conversation == 2] == [0, 1, 2]


async def test_who_is_handed_over_says_no_more() -> None:
    said = []

    async def say(conversation: int, message: int) -> bool:
        said.append((conversation, message))
        return conversation != 0

    await Turns([3, 2], say, at_once=1, pause=0.0).run()
    assert sorted(said) == [(0, 0), (1, 0), (1, 1)]


async def test_while_somebody_rests_others_write() -> None:
    said = []

    async def say(conversation: int, message: int) -> bool:
        said.append((conversation, message))
        return True

    await Turns([2, 1, 1], say, at_once=1, pause=0.05).run()
    assert said == [(0, 0), (1, 0), (2, 0), (0, 1)]


async def test_conversations_are_held_in_parts_and_go_on_where_they_were() -> None:
    said = []

    async def say(conversation: int, message: int) -> bool:
        said.append((conversation, message))
        return True

    turns = Turns([2, 3, 1], say, at_once=2, pause=0.0)
    await turns.run(2)
    assert len(said) == 2
    await turns.run(3)
    assert len(said) == 5
    await turns.run()
    assert sorted(said) == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0)]
