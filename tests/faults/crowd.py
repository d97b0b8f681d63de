"""The crowd: a seeded stream of conversations on all channels."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from random import Random

from typing_extensions import Self

from tests.fakes.telegram import FakeBot
from tests.faults.installation import CUSTOMERS, POLLED, POSTED, SECRET, TELEGRAM, Installation
from tests.faults.talks import ChatTalk, Talk, TelegramTalk, Words

# Whom the next talk is with, as often as it stands here.
KINDS = ("posted", "posted", "posted", "polled", "group", "chat", "chat")
_FIRST_PERSON = 1000
_FIRST_GROUP = -1001
# In a group a bot may send twenty messages a minute: so many talks share one, of all kinds.
_TALKS_OF_A_GROUP = 20
# Messages of one talk.
_FEWEST, _MOST = 1, 6
# A visitor who still cannot be heard then never will be.
_PATIENCE = 120.0


class Crowd:
    """People who write, and the bots they write to. `talks` are all that have begun.

    `pause` is the longest that somebody is silent in a talk, in seconds.
    """

    def __init__(self, installation: Installation, seed: int, pause: float) -> None:
        self.talks: list[Talk] = []
        self._pause = pause
        self._seed = seed
        self._words = Words()
        self._url = installation.url(CUSTOMERS)
        self._webhook = installation.url(TELEGRAM)
        self.bots: dict[str, FakeBot] = installation.bots
        self._going: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        # As an operator does.
        await self.bots[POSTED].use_webhook(f"{self._webhook}/channels/telegram/{POSTED}", SECRET)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._going:
            task.cancel()
        await asyncio.gather(*self._going, return_exceptions=True)
        await asyncio.gather(*(talk.close() for talk in self.talks if isinstance(talk, ChatTalk)))

    @property
    def said(self) -> int:
        """How many messages there are so far."""
        return sum(len(talk.said) for talk in self.talks)

    async def keep_writing(self, per_second: float) -> None:
        """Begin talks, so many messages a second on average, until cancelled."""
        messages = (_FEWEST + _MOST) / 2
        while True:
            self.begin_one()
            await asyncio.sleep(messages / per_second)

    def begin_one(self) -> None:
        """Begin a talk; which one and what is said depends on the seed and its number alone."""
        number = len(self.talks)
        chance = Random(f"{self._seed}/{number}")  # noqa: S311 - to be repeated, not to be secret
        talk = self._makers()[chance.choice(KINDS)](number, chance)
        self.talks.append(talk)
        self._going.append(asyncio.create_task(talk.go(chance.randint(_FEWEST, _MOST), self._pause)))

    async def finish(self) -> None:
        """Wait until everybody has said everything and the platforms have got rid of it."""
        if self._going:
            await asyncio.wait(self._going, timeout=_PATIENCE)
        with suppress(asyncio.TimeoutError):
            settled = asyncio.gather(*(bot.settled() for bot in self.bots.values()))
            await asyncio.wait_for(settled, _PATIENCE)

    def _makers(self) -> dict[str, Callable[[int, Random], Talk]]:
        return {
            "posted": lambda number, chance: self._private(number, chance, POSTED),
            "polled": lambda number, chance: self._private(number, chance, POLLED),
            "group": self._in_group,
            "chat": lambda _, chance: ChatTalk(self._words, chance, self._url, "nimbea"),
        }

    def _private(self, number: int, chance: Random, account: str) -> Talk:
        bot = self.bots[account]
        person = bot.user(_FIRST_PERSON + number)
        return TelegramTalk(self._words, chance, bot, account, person)

    def _in_group(self, number: int, chance: Random) -> Talk:
        bot = self.bots[POSTED]
        person = bot.user(_FIRST_PERSON + number)
        group = bot.group(_FIRST_GROUP - number // _TALKS_OF_A_GROUP)
        return TelegramTalk(self._words, chance, bot, POSTED, person, group)
