"""Conversations as the customers see them: what they said, what was taken, what they heard."""

from __future__ import annotations

import asyncio
import re
import uuid
from abc import ABC, abstractmethod
from contextlib import suppress
from itertools import count
from random import Random

import aiohttp
import msgspec
from msgspec import Struct

from bot.chat.visitor import COOKIE
from tests.fakes.telegram import Chat, FakeBot, FakeUser

# In a text: which message it is, the same in the answer to it.
NUMBER = re.compile(r"\bm(\d+)\b")
_PATIENCE = aiohttp.ClientTimeout(total=10)
# A stream that is silent for longer than its heartbeat is dead.
_SILENCE = aiohttp.ClientTimeout(total=None, sock_read=20)
_BEFORE_RETRY = 0.5
PAUSES = (0.0, 0.1, 0.25, 0.5, 1.0)


class Heard(Struct, frozen=True):
    """A text that a customer got, and its number at the platform."""

    platform_id: str
    text: str


# As often as each is said.
TEXTS = (
    "What size may my cabin bag be?",
    "How big may the bag be that I take on board?",
    "How many bags may I bring?",
    "Hello!",
    "Thank you very much!",
    "My suitcase is lost and nobody answers me.",
)


class Words:
    """Gives every message a number of its own, and words."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def next(self, chance: Random) -> tuple[int, str]:
        """A message: its number, and a text that contains it."""
        number = next(self._numbers)
        return number, f"{chance.choice(TEXTS)} (m{number})"


class Talk(ABC):
    """One conversation. `said` are the numbers of its messages in the order of saying them.

    `reordered` says that the platform may have delivered them in another order.
    """

    channel: str
    account: str
    surface = "private"

    def __init__(self, words: Words, chance: Random) -> None:
        self.said: list[int] = []
        self.reordered = False
        self._words = words
        self.chance = chance

    @property
    @abstractmethod
    def key(self) -> str:
        """What the database knows this conversation by within its account."""

    @abstractmethod
    async def say(self) -> None:
        """Say one thing more; returns when the platform has it."""

    async def go(self, messages: int, pause: float) -> None:
        """Say so many things, sometimes in one breath, with pauses of up to so many seconds."""
        for _ in range(messages):
            await self.say()
            await asyncio.sleep(pause * self.chance.choice(PAUSES))


class TelegramTalk(Talk):
    """A private chat with a bot, or what one person says to it in a group."""

    channel = "telegram"

    def __init__(
        self,
        words: Words,
        chance: Random,
        bot: FakeBot,
        account: str,
        person: FakeUser,
        group: Chat | None = None,
    ) -> None:
        super().__init__(words, chance)
        self.account = account
        self._bot = bot
        self._person = person
        self._group = group
        self.surface = "public" if group else "private"

    @property
    def key(self) -> str:
        if self._group:
            return f"public/{self._group.id}//{self._person.id}"
        return f"private/{self._person.id}"

    async def say(self) -> None:
        number, text = self._words.next(self.chance)
        called = f"@{self._bot.username} {text}" if self._group else text
        self._person.says(called, chat=self._group)
        self.said.append(number)
        self.reordered = self.reordered or self._bot.updates.is_held


class ChatTalk(Talk):
    """A visitor of the web chat: posts until it is taken, and follows the stream of events.

    `heard` and `twice` tell what the stream brought, and what of it more than once.
    """

    channel = "webchat"

    def __init__(self, words: Words, chance: Random, url: str, account: str) -> None:
        super().__init__(words, chance)
        self.account = account
        self.heard: dict[int, Heard] = {}
        self.twice: list[int] = []
        self._url = url
        self._position = 0
        self._jar = aiohttp.CookieJar(unsafe=True)
        self._ready = asyncio.Event()
        self._session: aiohttp.ClientSession | None = None
        self._follower: asyncio.Task[None] | None = None

    @property
    def key(self) -> str:
        cookies = {cookie.key: cookie.value for cookie in self._jar}
        return f"private/{cookies[COOKIE].partition('.')[0]}"

    async def open(self) -> None:
        """Open the page: from now on the visitor has a cookie, and hears."""
        self._session = aiohttp.ClientSession(self._url, cookie_jar=self._jar)
        self._follower = asyncio.create_task(self._follow(self._session))
        await self._ready.wait()

    async def close(self) -> None:
        """Close the page."""
        if self._follower:
            self._follower.cancel()
            await asyncio.wait({self._follower})
        if self._session:
            await self._session.close()

    async def go(self, messages: int, pause: float) -> None:
        await self.open()
        await super().go(messages, pause)

    async def say(self) -> None:
        number, text = self._words.next(self.chance)
        self.said.append(number)
        message = {"client_message_id": uuid.UUID(int=self.chance.getrandbits(128)).hex, "text": text}
        while True:
            if await self._posted(message):
                return
            await asyncio.sleep(_BEFORE_RETRY)

    async def _posted(self, message: dict[str, str]) -> bool:
        assert self._session is not None
        with suppress(aiohttp.ClientError, asyncio.TimeoutError):
            async with self._session.post("/chat/messages", json=message, timeout=_PATIENCE) as response:
                return response.status == 202
        return False

    async def _follow(self, session: aiohttp.ClientSession) -> None:
        while True:
            with suppress(aiohttp.ClientError, asyncio.TimeoutError):
                await self._hear(session)
            await asyncio.sleep(_BEFORE_RETRY)

    async def _hear(self, session: aiohttp.ClientSession) -> None:
        headers = {"Last-Event-ID": str(self._position)} if self._position else {}
        async with session.get("/chat/events", headers=headers, timeout=_SILENCE) as stream:
            event = ""
            async for raw in stream.content:
                name, _, value = raw.decode().rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                if name == "data":
                    self._take(event, value)

    def _take(self, event: str, data: str) -> None:
        if event == "ready":
            self._ready.set()
        if event != "message":
            return
        message = msgspec.json.decode(data)
        seq = message["seq"]
        if seq in self.heard:
            self.twice.append(seq)
        self._position = seq
        self.heard[seq] = Heard(str(seq), message["text"] if message["author"] != "customer" else "")
