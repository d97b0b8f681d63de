"""A channel whose feed is followed, and the rests that it takes."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any

from bot.channels.mastodon import Mastodon
from tests.channels.mastodon.contract import TOKEN, account
from tests.fakes.paper_instance import PaperInstance

NOW = datetime(2026, 11, 1, 10, 30, tzinfo=timezone.utc)


class Rests:
    """Notes the rests and takes none."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


def channel_of(paper: PaperInstance, rests: Rests, **more: Any) -> Mastodon:
    """A channel that never rests, and whose clock stands still."""
    secrets = {"token": TOKEN}
    return Mastodon(account(base_url=paper.url), secrets, rest=rests, clock=lambda: NOW, **more)
