"""What customers on Bluesky live through, with the whole product but for Rasa."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.bluesky import Bluesky
from bot.errors import DeliveryUnknown
from bot.messages import Outbound, Receipt
from bot.outbox import delivery
from tests.channels.bluesky.contract import PASSWORD, account
from tests.fakes import bluesky as fake
from tests.fakes.bluesky import FakePerson
from tests.fakes.product import ANSWER, Product, eventually
from tests.fakes.product import product as running_product

pytestmark = pytest.mark.timeout(60)
TAG = "@shop.bsky.example"
SEEN = "app.bsky.notification.updateSeen"


@pytest.fixture
async def world() -> AsyncIterator[fake.Bluesky]:
    """The network, by the clock on the wall."""
    async with fake.Bluesky() as world:
        yield world


class Forgetful(Bluesky):
    """Sends, and dies before it can say so: nobody knows any more than that it set out."""

    async def send(self, outbound: Outbound) -> Receipt:
        """Send, and be gone."""
        await super().send(outbound)
        await asyncio.Event().wait()
        raise DeliveryUnknown("never")


@asynccontextmanager
async def product(world: fake.Bluesky, folder: Path, kind: type[Bluesky] = Bluesky) -> AsyncIterator[Product]:
    """Run it until the block ends; what it has stored stays for the next one."""
    our = account(base_url=world.base_url)
    channel = kind(our, {"password": PASSWORD}, rest=_hardly)
    async with running_product(folder, (our, channel)) as running:
        await eventually(lambda: world.shop().account.seen_at)
        yield running


async def _hardly(_: float) -> None:
    await asyncio.sleep(0.05)


def answers(ann: FakePerson, asked: str) -> list[str]:
    return [each["record"]["text"] for each in ann.replies(asked)]


async def test_mention_is_answered_once_in_its_thread(
    world: fake.Bluesky, shop: FakePerson, ann: FakePerson, tmp_path: Path
) -> None:
    async with product(world, tmp_path) as running:
        asked = ann.says(f"{TAG} what about my cabin bag?")
        await eventually(lambda: running.states() == ["sent"])
        await asyncio.sleep(0.5)
        assert len(ann.replies(asked)) == 1
        assert ANSWER in answers(ann, asked)[0]
        assert [line.author for line in running.lines()] == ["customer", "bot"]


async def test_direct_question_is_answered_directly(
    world: fake.Bluesky, shop: FakePerson, ann: FakePerson, tmp_path: Path
) -> None:
    async with product(world, tmp_path) as running:
        ann.writes(shop, "what about my cabin bag?")
        await eventually(lambda: running.states() == ["sent"])
        await asyncio.sleep(0.3)
        assert [line.author for line in running.lines()] == ["customer", "bot"]
    assert [ANSWER in text for text in ann.reads(shop)] == [True]


@pytest.mark.parametrize("surface", ["public", "private"])
async def test_what_was_sent_before_a_crash_is_not_sent_again(
    world: fake.Bluesky,
    shop: FakePerson,
    ann: FakePerson,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    surface: str,
) -> None:
    # Who died held the text under a lease, which lasts for a minute.
    monkeypatch.setattr(delivery, "LEASE", timedelta(seconds=0.5))
    async with product(world, tmp_path, Forgetful):
        if surface == "public":
            asked = ann.says(f"{TAG} what about my cabin bag?")
            await eventually(lambda: ann.replies(asked))
        else:
            asked = ann.writes(shop, "what about my cabin bag?")
            await eventually(lambda: ann.reads(shop))
    async with product(world, tmp_path) as running:
        await eventually(lambda: running.states() == ["sent"])
        await asyncio.sleep(0.3)
    said = answers(ann, asked) if surface == "public" else ann.reads(shop)
    assert len(said) == 1


async def test_what_came_while_we_were_away_is_answered_once(
    world: fake.Bluesky, shop: FakePerson, ann: FakePerson, tmp_path: Path
) -> None:
    async with product(world, tmp_path) as running:
        first = ann.says(f"{TAG} what about my cabin bag?")
        await eventually(lambda: running.states() == ["sent"])
        await eventually(lambda: world.calls[SEEN] > 1)
    second = ann.says(f"{TAG} and a cabin bag for two?")
    ann.writes(shop, "what about my cabin bag?")
    async with product(world, tmp_path) as running:
        await eventually(lambda: ann.replies(second) and ann.reads(shop))
        await asyncio.sleep(0.5)
    assert (len(ann.replies(first)), len(ann.replies(second)), len(ann.reads(shop))) == (1, 1, 1)


async def test_colleague_who_answers_silences_the_bot(
    world: fake.Bluesky, shop: FakePerson, ann: FakePerson, tmp_path: Path
) -> None:
    async with product(world, tmp_path) as running:
        asked = ann.says(f"{TAG} what about my cabin bag?")
        await eventually(lambda: running.states() == ["sent"])
        shop.says("I look after this myself.", to=asked)
        await eventually(lambda: [line.author for line in running.lines()][-1] == "colleague")
        more = ann.says(f"{TAG} and a second cabin bag?", to=asked)
        await eventually(lambda: len(running.lines()) == 4)
        await asyncio.sleep(0.5)
        assert ann.replies(more) == []
