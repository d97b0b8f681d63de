"""Telegram's side: people who write to several bots of a brand, and what they are sent.

It is the local Bot API server of the tests with Telegram's limits switched on, in the process of
the benchmark; the product talks to it through python-telegram-bot, as to the real one.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from typing_extensions import Self

from bench.harness.messages import LANGUAGES, Message
from tests.fakes.telegram import BotApi, FakeBot, Limits
from tests.fakes.telegram.webhook import SECRET_HEADER

MARKETS = dict(zip(LANGUAGES, ("fr", "uk", "es"), strict=True))
# A bot may send 30 messages a second. To acknowledge 200 people in a second takes several.
BOTS_PER_MARKET = 4
SECRET = "a-secret-of-the-benchmark"  # noqa: S105 - of servers that live for a minute
_FIRST_CHAT = 10_000

Json = dict[str, Any]


class Account(Struct, frozen=True, kw_only=True):
    """A bot as the brand knows it."""

    id: str
    market: str
    token: str

    @property
    def variable(self) -> str:
        """What the environment variable of its token is named after."""
        return f"BENCH_{self.id.upper()}"


class Letter(Struct, frozen=True, kw_only=True):
    """A message on its way: the chat that it is written in, and the request that Telegram makes."""

    chat: int
    path: str
    body: bytes


class Heard(Struct, frozen=True, kw_only=True):
    """A text that arrived in a chat; `at` is by `time.perf_counter`."""

    at: float
    chat: int
    text: str
    message_id: str


class Platform:
    """Several bots on one server, and the people who write to them."""

    def __init__(self, bots_per_market: int = BOTS_PER_MARKET) -> None:
        self._api = BotApi(limits=Limits())
        self.heard: defaultdict[int, list[Heard]] = defaultdict(list)
        self._listener: Callable[[Heard], None] = lambda _: None
        self._bots: dict[str, FakeBot] = {}
        self.accounts = [
            Account(id=f"{market}_{number}", market=market, token=f"{number}{place}:bench")
            for number in range(1, bots_per_market + 1)
            for place, market in enumerate(MARKETS.values())
        ]

    async def __aenter__(self) -> Self:
        await self._api.__aenter__()
        for account in self.accounts:
            bot = self._api.bot(account.token, f"nimbea_{account.id}_bot")
            bot.listener = self._hear
            self._bots[account.id] = bot
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._api.__aexit__()

    @property
    def headers(self) -> dict[str, str]:
        """What Telegram sends with each request."""
        return {SECRET_HEADER: SECRET, "Content-Type": "application/json"}

    @property
    def refusals(self) -> int:
        """How many messages it refused because they came too fast."""
        return self._api.refusals[429]

    def brand_accounts(self) -> list[Json]:
        """The accounts as brand.yml names them."""
        return [
            {
                "channel": "telegram",
                "id": account.id,
                "market": account.market,
                "secrets": {"token": f"{account.variable}_TOKEN", "webhook": f"{account.variable}_SECRET"},
                "options": {"base_url": self._api.base_url, "username": self._bots[account.id].username},
            }
            for account in self.accounts
        ]

    def secrets(self) -> dict[str, str]:
        """The environment variables that the accounts name."""
        tokens = {f"{account.variable}_TOKEN": account.token for account in self.accounts}
        return tokens | {f"{account.variable}_SECRET": SECRET for account in self.accounts}

    def write(self, person: int, message: Message) -> Letter:
        """What Telegram will post when a person has written; the product does not know of it yet."""
        account = self._account_of(person, message.language)
        bot = self._bots[account.id]
        bot.user(_FIRST_CHAT + person, language_code=message.language).says(message.text)
        update = bot.updates.latest
        if update is None:
            raise RuntimeError("a message to a bot is an update")
        bot.updates.confirm(update.id)  # it is posted by us and need not be fetched
        path = f"/channels/telegram/{account.id}"
        return Letter(chat=update.chat, path=path, body=json.dumps(update.body).encode())

    def listen(self, listener: Callable[[Heard], None]) -> None:
        """Tell somebody of each text as it arrives."""
        self._listener = listener

    def _account_of(self, person: int, language: str) -> Account:
        ours = [account for account in self.accounts if account.market == MARKETS[language]]
        return ours[person % len(ours)]

    def _hear(self, message: Json) -> None:
        chat = int(message["chat"]["id"])
        told = Heard(
            at=time.perf_counter(), chat=chat, text=message["text"], message_id=str(message["message_id"])
        )
        self.heard[chat].append(told)
        self._listener(told)


class Ears:
    """Waits for texts in chats."""

    def __init__(self, platform: Platform, unwanted: Callable[[str], bool]) -> None:
        self._waiting: dict[int, asyncio.Future[Heard]] = {}
        self._unwanted = unwanted
        platform.listen(self._hear)

    def await_text(self, chat: int) -> asyncio.Future[Heard]:
        """The next text in a chat that is not unwanted."""
        self._waiting[chat] = asyncio.get_running_loop().create_future()
        return self._waiting[chat]

    def _hear(self, heard: Heard) -> None:
        waiting = self._waiting.get(heard.chat)
        if waiting and not waiting.done() and not self._unwanted(heard.text):
            waiting.set_result(heard)
