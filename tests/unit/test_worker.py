from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot import worker as module
from bot.store.bell import Bell
from bot.worker import Worker


class Jobs:
    """Jobs to claim, and what became of them."""

    def __init__(self, *names: str) -> None:
        self.waiting = list(names)
        self.asked: list[int] = []
        self.done: list[str] = []
        self.given_back: list[str] = []
        self.claiming = asyncio.Event()
        self.started = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def claim(self, room: int) -> list[str]:
        self.asked.append(room)
        self.claiming.set()
        await self.go_on.wait()
        claimed, self.waiting = self.waiting[:room], self.waiting[room:]
        return claimed

    async def work(self, job: str) -> None:
        self.started.set()
        if job == "broken":
            raise ValueError(job)
        try:
            await asyncio.sleep(3600 if job == "endless" else 0)
        except asyncio.CancelledError:
            self.given_back.append(job)
            raise
        self.done.append(job)


def worker(jobs: Jobs) -> Worker[str]:
    return Worker(bell=Bell(), topic="jobs", at_once=lambda: 2, claim=jobs.claim, work=jobs.work)


async def test_a_job_that_fails_does_not_stop_the_others() -> None:
    jobs = Jobs("broken", "a", "b")
    await worker(jobs).drain()
    assert jobs.done == ["a", "b"]


async def test_what_comes_of_a_job_that_ends_while_others_are_claimed_is_done() -> None:
    jobs, done = Jobs(), asyncio.Event()

    async def work(job: str) -> None:
        await done.wait()
        jobs.waiting += ["b"] if job == "a" else []
        jobs.done.append(job)

    async def claim(room: int) -> list[str]:
        claimed = await jobs.claim(room)
        if not claimed:
            # "a" ends, and leaves "b", when it is known already that nothing waits.
            done.set()
            await asyncio.sleep(0.01)
        return claimed

    busy = Worker(bell=Bell(), topic="jobs", at_once=lambda: 2, claim=claim, work=work)
    busy.take(["a"])
    await busy.drain()
    assert jobs.done == ["a", "b"]


async def test_what_is_claimed_while_the_worker_is_told_to_stop_is_done() -> None:
    jobs = Jobs("a")
    jobs.go_on.clear()
    running = asyncio.ensure_future(worker(jobs).run())
    await jobs.claiming.wait()
    running.cancel()
    await asyncio.sleep(0)
    jobs.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert jobs.done == ["a"]


async def test_a_job_without_end_gives_back_what_it_holds_when_the_worker_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "GRACE", 0.01)
    jobs = Jobs("endless")
    running = asyncio.ensure_future(worker(jobs).run())
    await jobs.started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert jobs.given_back == ["endless"]


async def test_as_many_are_claimed_as_there_is_room_for() -> None:
    jobs = Jobs("a", "b", "c")
    await worker(jobs).drain()
    assert jobs.done == ["a", "b", "c"]
    assert jobs.asked == [2, 2, 2]


async def test_nobody_looks_for_more_once_fewer_are_found_than_there_is_room_for() -> None:
    jobs = Jobs("a")
    assert not await worker(jobs).start()
    assert jobs.asked == [2]


async def test_leases_of_jobs_under_way_are_renewed_and_those_of_others_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "GRACE", 0.01)
    jobs, renewed = Jobs("endless", "a"), asyncio.Event()
    rests: list[float] = []
    leases: list[Sequence[str]] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        await jobs.started.wait()
        await asyncio.sleep(0)

    async def renew(running: Sequence[str]) -> None:
        leases.append(running)
        if len(leases) == 2:
            renewed.set()
        elif len(leases) == 1:
            raise ConnectionError("the database is away")
        else:
            await asyncio.Event().wait()

    busy = Worker(
        bell=Bell(), topic="jobs", at_once=lambda: 2, claim=jobs.claim, work=jobs.work, renew=renew, rest=rest
    )
    running = asyncio.ensure_future(busy.run())
    await renewed.wait()
    assert leases[-1] == ["endless"]
    assert rests[0] == module.RENEWAL
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_jobs_that_others_claimed_leave_room_for_those_that_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "GRACE", 0)
    jobs = Jobs()
    busy = Worker(bell=Bell(), topic="jobs", at_once=lambda: 4, claim=jobs.claim, work=jobs.work)
    running = asyncio.ensure_future(busy.run())
    await jobs.claiming.wait()
    for has_room in (True, True, False):
        assert busy.has_room is has_room
        busy.take(["endless"])
    jobs.waiting = ["a"]
    await busy.start()
    assert jobs.asked[-1] == 1
    await jobs.started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert jobs.done == ["a"]
    assert busy.take(["late"]) is False


async def test_room_that_is_made_meanwhile_is_used_though_no_job_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "GRACE", 0.01)
    monkeypatch.setattr(module, "PATIENCE", 0.001)
    jobs, most = Jobs("endless", "a"), [1]
    busy = Worker(bell=Bell(), topic="jobs", at_once=lambda: most[0], claim=jobs.claim, work=jobs.work)
    running = asyncio.ensure_future(busy.run())
    await jobs.started.wait()
    jobs.started.clear()
    most[0] = 2
    await jobs.started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert jobs.done == ["a"]
