"""The web chat on a real server and a real store, without the assistant: tests answer themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.brand import Account, Brand
from bot.chat import add_chat
from bot.clock import now
from bot.inbox import Inbox
from bot.settings import Settings, read_settings
from bot.store import bell as bells
from bot.store import conversations, transcript
from bot.store.bell import Bell
from bot.store.rows import Line
from bot.store.store import Store
from bot.store.tables import conversations as conversations_table
from bot.store.transcript import Draft
from tests import servers
from tests.fakes.example import BRAND


def example_brand(**options: str) -> Brand:
    """The example brand with one web chat."""
    brand = BRAND
    account = Account(channel="webchat", id="nimbea", market="fr", options=options)
    return msgspec.structs.replace(brand, accounts=(account,))


class ChatServer:
    """A gateway that only has the chat; it can be stopped and started on the same port."""

    def __init__(self, folder: Path, *, heartbeat: float = 15.0, **settings: Any) -> None:
        base = read_settings({"RELAIS_STATE": str(folder), "RELAIS_SECRET": "a secret of tests"})
        self.settings: Settings = msgspec.structs.replace(base, **settings)
        self.brand = example_brand(origins="https://www.nimbea.example")
        self.store = Store(servers.sqlite(folder))
        self.port = 0
        self._heartbeat = heartbeat
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Serve; nothing is left of an earlier process but the database."""
        self.bell = Bell()
        app = web.Application()
        add_chat(
            app,
            store=self.store,
            bell=self.bell,
            inbox=Inbox(self.store, self.bell, now),
            brand=self.brand,
            settings=self.settings,
            clock=now,
            heartbeat=self._heartbeat,
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=3)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """End the process."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def close(self) -> None:
        """End the process and the database."""
        await self.stop()
        self.store.close()

    async def answer(
        self, text: str, conversation_id: int = 1, *, is_last: bool = True, **draft: Any
    ) -> Line:
        """Let the bot (or `author`) write; its turn is over then, if this is all."""
        said = Draft(**{"author": "bot", "text": text, **draft})
        line = await self.store.run(_write, conversation_id, said, is_last)
        self.bell.ring(bells.conversation(conversation_id))
        return line

    async def lines(self, conversation_id: int = 1) -> list[Line]:
        """The conversation as it is stored."""
        return await self.store.read(transcript.after, conversation_id, 0)

    async def conversations(self) -> int:
        """How many there are."""
        return await self.store.read(_count)


def _write(connection: Connection, conversation_id: int, draft: Draft, is_last: bool) -> Line:
    line = transcript.append(connection, conversation_id, draft, now())
    if is_last:
        conversations.release(connection, conversation_id, due_at=None)
    return line


def _count(connection: Connection) -> int:
    number: int = connection.execute(select(func.count()).select_from(conversations_table)).scalar_one()
    return number
