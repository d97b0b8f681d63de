from __future__ import annotations

import asyncio

import pytest

from bot import worker as module
from bot.store.bell import Bell
from bot.worker import Worker


class Jobs:
    """Jobs to claim, and what became of them."""

    def __init__(self, *names: str) -> None:
        self.waiting = list(names)
        self.done: list[str] = []
        self.given_back: list[str] = []
        self.claiming = asyncio.Event()
        self.started = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def claim(self) -> str | None:
        self.claiming.set()
        await self.go_on.wait()
        return self.waiting.pop(0) if self.waiting else None

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
    return Worker(bell=Bell(), topic="jobs", at_once=2, claim=jobs.claim, work=jobs.work)


async def test_a_job_that_fails_does_not_stop_the_others() -> None:
    jobs = Jobs("broken", "a", "b")
    await worker(jobs).drain()
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
