"""What comes at the same moment is done together, and each is told of its own."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from bot.gathering import Gathering


class Works:
    """Doubles numbers in groups; `bad` ones make their group fail.

    It begins when it is `free`, and ends when it is `open`.
    """

    def __init__(self, *bad: int) -> None:
        self.groups: list[list[int]] = []
        self.bad = bad
        self.free, self.open = asyncio.Event(), asyncio.Event()
        self.free.set()
        self.open.set()

    async def __call__(self, draw: Callable[[], Sequence[int]]) -> list[int]:
        await self.free.wait()
        numbers = draw()
        self.groups.append(list(numbers))
        await self.open.wait()
        if set(numbers) & set(self.bad):
            raise ValueError("a bad number")
        return [2 * number for number in numbers]

    def gathering(
        self, *, most: int = 10, groups: int = 1, concerns_all: bool = False, patience: float = 60
    ) -> Gathering[int, int]:
        return Gathering(
            self, concerns_all=lambda _: concerns_all, most=most, groups=groups, patience=patience
        )


async def test_who_comes_alone_is_served_at_once() -> None:
    works = Works()
    assert await works.gathering().do(4) == 8
    assert works.groups == [[4]]


async def test_who_comes_again_as_soon_as_he_is_served_is_served_again() -> None:
    gathering = Works().gathering()

    async def one_after_the_other() -> list[int]:
        return [await gathering.do(number) for number in range(3)]

    assert await asyncio.wait_for(one_after_the_other(), 5) == [0, 2, 4]


async def test_those_who_come_meanwhile_are_the_next_group() -> None:
    works = Works()
    works.open.clear()
    gathering = works.gathering()
    asked = [asyncio.ensure_future(gathering.do(number)) for number in range(5)]
    await asyncio.sleep(0)
    works.open.set()
    assert await asyncio.gather(*asked) == [0, 2, 4, 6, 8]
    assert len(works.groups) < 5


async def test_who_comes_while_the_others_wait_for_their_turn_belongs_to_them() -> None:
    works = Works()
    works.free.clear()
    gathering = works.gathering(groups=2, patience=0)
    asked = [asyncio.ensure_future(gathering.do(number)) for number in range(5)]
    await asyncio.sleep(0.01)
    works.free.set()
    assert await asyncio.gather(*asked) == [0, 2, 4, 6, 8]
    assert works.groups == [[0, 1, 2, 3, 4], []]


async def test_who_comes_while_a_group_is_under_way_waits_for_it_although_there_is_room() -> None:
    works = Works()
    works.open.clear()
    gathering = works.gathering(groups=2)
    asked = [asyncio.ensure_future(gathering.do(0))]
    await asyncio.sleep(0.01)
    asked += [asyncio.ensure_future(gathering.do(number)) for number in (1, 2)]
    await asyncio.sleep(0.01)
    assert works.groups == [[0]]
    works.open.set()
    assert await asyncio.gather(*asked) == [0, 2, 4]
    assert works.groups == [[0], [1, 2]]


async def test_nobody_waits_for_a_group_that_takes_long() -> None:
    works = Works()
    works.open.clear()
    gathering = works.gathering(groups=2, patience=0.01)
    first, second = (asyncio.ensure_future(gathering.do(number)) for number in range(2))
    await asyncio.sleep(0.05)
    third = asyncio.ensure_future(gathering.do(2))
    await asyncio.sleep(0.01)
    assert works.groups == [[0, 1], [2]]
    works.open.set()
    assert [await first, await second, await third] == [0, 2, 4]


async def test_those_who_come_before_the_work_fails_are_told_so() -> None:
    async def away(_: Callable[[], Sequence[int]]) -> list[int]:
        await asyncio.sleep(0)
        raise ConnectionError("nobody there")

    gathering = Gathering(away, concerns_all=lambda _: True, most=10, groups=2)
    results = await asyncio.gather(*(gathering.do(number) for number in range(3)), return_exceptions=True)
    assert [str(result) for result in results] == ["nobody there"] * 3


async def test_no_group_is_larger_than_it_may_be() -> None:
    works = Works()
    gathering = works.gathering(most=3)
    await asyncio.gather(*(gathering.do(number) for number in range(10)))
    assert max(map(len, works.groups)) == 3


async def test_what_one_fails_of_is_no_others_fault() -> None:
    gathering = Works(2).gathering()
    results = await asyncio.gather(*(gathering.do(number) for number in range(5)), return_exceptions=True)
    assert [str(result) for result in results] == ["0", "2", "a bad number", "6", "8"]


async def test_what_concerns_all_is_not_tried_once_for_each() -> None:
    works = Works(0, 1, 2)
    gathering = works.gathering(concerns_all=True)
    results = await asyncio.gather(*(gathering.do(number) for number in range(3)), return_exceptions=True)
    assert all(isinstance(result, ValueError) for result in results)
    assert sum(map(len, works.groups)) == 3


async def test_who_gave_up_waiting_spoils_nothing_for_the_others() -> None:
    works = Works()
    works.open.clear()
    gathering = works.gathering()
    first, second, third = (asyncio.ensure_future(gathering.do(number)) for number in range(3))
    await asyncio.sleep(0)
    second.cancel()
    works.open.set()
    assert (await first, await third) == (0, 4)
    with pytest.raises(asyncio.CancelledError):
        await second
