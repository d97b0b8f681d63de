"""What people who comment on YouTube live through, with the whole product but for Rasa."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.youtube import YouTube
from bot.channels.youtube.quota import next_reset
from bot.clock import now
from tests.channels.youtube.contract import HELP, SECRETS, account
from tests.fakes.product import ANSWER, Product, eventually
from tests.fakes.product import product as running_product
from tests.fakes.youtube import Drop, FakeYouTube

pytestmark = pytest.mark.timeout(60)


class Shifted:
    """The real time, but for so much."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return now() + self.by


@pytest.fixture
def shifted() -> Shifted:
    return Shifted()


@pytest.fixture
async def site(shifted: Shifted) -> AsyncIterator[FakeYouTube]:
    """YouTube, by a clock of its own."""
    async with FakeYouTube(shifted) as server:
        yield server


@asynccontextmanager
async def product(site: FakeYouTube, folder: Path) -> AsyncIterator[Product]:
    """Run it until the block ends; what it has stored stays for the next one."""
    our = account(**site.options)
    channel = YouTube(our, SECRETS, timeout=2, clock=site.clock, rest=_hardly)
    async with running_product(folder, (our, channel)) as running:
        yield running


async def _hardly(_: float) -> None:
    await asyncio.sleep(0.05)


async def looked(site: FakeYouTube, times: int = 3) -> None:
    """Wait until the comments were looked at so many times more."""
    wanted = site.calls["commentThreads"] + times
    await eventually(lambda: site.calls["commentThreads"] >= wanted)


async def test_question_is_answered_once_below_the_comment(site: FakeYouTube, tmp_path: Path) -> None:
    ann = site.person("@ann")
    async with product(site, tmp_path) as running:
        top = ann.writes("What about my cabin bag?")
        await eventually(lambda: site.written_below(top))
        await looked(site)
        (said,) = site.written_below(top)
        assert ANSWER in said
        assert [line.author for line in running.lines()] == ["customer", "bot"]
        await eventually(lambda: running.states() == ["sent"])


async def test_our_own_answer_is_no_colleagues(site: FakeYouTube, shifted: Shifted, tmp_path: Path) -> None:
    ann, bob = site.person("@ann"), site.person("@bob")
    async with product(site, tmp_path) as running:
        top = ann.writes("What about my cabin bag?")
        await eventually(lambda: site.written_below(top))
        bob.replies(top, "Nimbéa, and what about my cabin bag?")
        await eventually(lambda: len(site.written_below(top)) == 2)
        assert site.written_below(top)[1].startswith("@bob ")
        # Now both come back, and nobody takes them for somebody else's.
        shifted.by = timedelta(minutes=2)
        await looked(site)
        for number in (1, 2):
            assert [line.author for line in running.lines(number)] == ["customer", "bot"]
            assert running.case(number) is None


async def test_colleague_who_was_faster_is_left_alone(
    site: FakeYouTube, shifted: Shifted, tmp_path: Path
) -> None:
    ann = site.person("@ann")
    top = ann.writes("What about my cabin bag?", minutes=10)
    site.owner.replies(top, "It may have 55 centimetres, Ann.", minutes=5)
    async with product(site, tmp_path) as running:
        await looked(site)
        assert [line.author for line in running.lines()] == ["customer", "colleague"]
    assert len(site.written_below(top)) == 1


async def test_who_needs_a_human_is_told_where_to_write(site: FakeYouTube, tmp_path: Path) -> None:
    ann = site.person("@ann")
    async with product(site, tmp_path) as running:
        top = ann.writes("You have lost my suitcase")
        await eventually(lambda: site.written_below(top))
        (said,) = site.written_below(top)
        assert HELP in said
        assert running.case()


async def test_restart_answers_nothing_twice(site: FakeYouTube, tmp_path: Path) -> None:
    ann = site.person("@ann")
    async with product(site, tmp_path):
        first = ann.writes("What about my cabin bag?")
        await eventually(lambda: site.written_below(first))
    second = ann.writes("And what about a second cabin bag?")
    async with product(site, tmp_path):
        await eventually(lambda: site.written_below(second))
        await looked(site)
    assert (len(site.written_below(first)), len(site.written_below(second))) == (1, 1)


async def test_used_up_quota_delays_the_answer_and_stops_nobody(
    site: FakeYouTube, shifted: Shifted, tmp_path: Path
) -> None:
    ann = site.person("@ann")
    async with product(site, tmp_path) as running:
        await looked(site, 1)
        # The day ends in a moment, and little is left of it: enough to look, not to answer.
        shifted.by = next_reset(now()) - now() - timedelta(seconds=3)
        site.units.daily = site.units.used + 45
        top = ann.writes("What about my cabin bag?")
        await eventually(lambda: site.calls["insert"])
        assert not site.written_below(top)
        site.units.daily = 10_000
        site.units.use_up()
        await eventually(lambda: site.written_below(top))
        await eventually(lambda: running.states() == ["sent"])
        assert running.stopped() == []
    assert (len(site.written_below(top)), site.calls["insert"]) == (1, 2)


async def test_answer_that_may_have_arrived_is_not_repeated_and_known_when_it_is_seen(
    site: FakeYouTube, shifted: Shifted, tmp_path: Path
) -> None:
    ann = site.person("@ann")
    site.faults.order("insert", Drop(after=True))
    async with product(site, tmp_path) as running:
        top = ann.writes("What about my cabin bag?")
        await eventually(lambda: running.states() == ["unknown"])
        shifted.by = timedelta(minutes=2)
        await eventually(lambda: running.states() == ["sent"])
    assert len(site.written_below(top)) == 1


async def test_permission_that_was_taken_back_is_told(site: FakeYouTube, tmp_path: Path) -> None:
    async with product(site, tmp_path) as running:
        await looked(site, 1)
        site.revoke()
        await eventually(lambda: running.stopped() == ["shop_uk"])
