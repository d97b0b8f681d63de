"""What customers on Mastodon live through, with the whole product but for Rasa."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.channels.mastodon import Mastodon
from tests.channels.mastodon.contract import account
from tests.fakes.mastodon import MastodonMock, Somebody
from tests.fakes.product import ANSWER, Product
from tests.fakes.product import product as running_product

pytestmark = [pytest.mark.servers, pytest.mark.timeout(60)]


@asynccontextmanager
async def product(mastodon: MastodonMock, shop: Somebody, folder: Path) -> AsyncIterator[Product]:
    """Run it until the block ends; what it has stored stays for the next one."""
    our = account(base_url=mastodon.url)
    channel = Mastodon(our, {"token": shop.token}, rest=_hardly, idle=1.0)
    async with running_product(folder, (our, channel)) as running:
        await eventually(shop.marker)
        yield running


async def _hardly(_: float) -> None:
    await asyncio.sleep(0.05)


async def eventually(check: Callable[[], object]) -> None:
    """Wait until something holds."""
    for _ in range(200):
        if await asyncio.to_thread(check):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")


async def test_public_question_is_answered_once_and_out_of_others_timelines(
    mastodon: MastodonMock, shop: Somebody, ann: Somebody, tmp_path: Path
) -> None:
    async with product(mastodon, shop, tmp_path) as running:
        asked = ann.says(f"@{shop.acct} what about my cabin bag?")
        await eventually(lambda: ann.replies(asked))
        # The stream is dropped for its silence and taken up again, more than once.
        await asyncio.sleep(2.5)
        (reply,) = ann.replies(asked)
        assert ANSWER in reply["content"]
        assert reply["visibility"] == "unlisted"
        assert [line.author for line in running.lines(1)] == ["customer", "bot"]
        assert running.lines(1)[-1].delivery == "sent"


async def test_direct_question_is_answered_directly(
    mastodon: MastodonMock, shop: Somebody, ann: Somebody, tmp_path: Path
) -> None:
    async with product(mastodon, shop, tmp_path):
        asked = ann.says(f"@{shop.acct} what about my cabin bag?", visibility="direct")
        await eventually(lambda: ann.replies(asked))
    (reply,) = ann.replies(asked)
    assert ANSWER in reply["content"]
    assert reply["visibility"] == "direct"


async def test_what_came_while_we_were_away_is_answered_once(
    mastodon: MastodonMock, shop: Somebody, ann: Somebody, tmp_path: Path
) -> None:
    async with product(mastodon, shop, tmp_path):
        first = ann.says(f"@{shop.acct} what about my cabin bag?")
        await eventually(lambda: ann.replies(first))
    second = ann.says(f"@{shop.acct} and what about a cabin bag for two?")
    async with product(mastodon, shop, tmp_path):
        await eventually(lambda: ann.replies(second))
        await asyncio.sleep(1)
    assert (len(ann.replies(first)), len(ann.replies(second))) == (1, 1)
