"""The whole product but for Rasa, with accounts of a test's choice, at a port of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

import msgspec
from aiohttp import web
from sqlalchemy.engine import Connection

from bot.app import build
from bot.assistant.scripted import Scripted, understood
from bot.brand import Account
from bot.channels.base import Channel
from bot.clock import now
from bot.messages import Button, Template, Understanding
from bot.settings import read_settings
from bot.store import accounts, agents, cases, conversations, outbox, record, transcript, watches
from bot.store.bell import OUTBOX, Bell
from bot.store.rows import Case, Conversation, Line, Recorded
from bot.store.store import Store
from bot.store.transcript import Draft
from bot.store.watches import Watch
from tests import servers
from tests.fakes.example import BRAND, GUARD

ANSWER = "One bag of 55 x 40 x 25 cm."
SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", ANSWER),
    "/greet": understood("greet", "other", "Hello, I am the automated assistant."),
    "seat": understood(
        "question_seat",
        "question",
        "Which one?",
        buttons=(Button(title="Window", payload="my cabin bag by the window"),),
    ),
    "lost": understood("problem", "problem", "I am sorry to hear that."),
}


class Product:
    """The product as it runs; `url` is where it listens."""

    def __init__(self, store: Store, bell: Bell, url: str) -> None:
        self.url = url
        self._store = store
        self._bell = bell

    def conversation(self, number: int = 1) -> Conversation:
        """A conversation as it stands."""
        return self._store.run_now(conversations.load, number)

    def lines(self, number: int = 1) -> list[Line]:
        """The messages of a conversation."""
        return self._store.run_now(transcript.after, number, 0)

    def states(self, number: int = 1) -> list[str | None]:
        """How it stands with our own texts in a conversation."""
        return [line.delivery for line in self.lines(number) if line.author in ("bot", "agent")]

    def case(self, number: int = 1) -> Case | None:
        """The case of a conversation."""
        return self._store.run_now(cases.current, self.conversation(number).case_id)

    def recorded(self, number: int = 1) -> list[Recorded]:
        """The record of a conversation."""
        return self._store.run_now(record.of_case, 0, [number])

    def stopped(self) -> list[str]:
        """The accounts that are stopped."""
        return [state.account for state in self._store.run_now(accounts.stopped)]

    def hires(self, login: str, password: str) -> None:
        """Somebody begins to work at the desk, named like the login."""
        values = {"login": login, "name": login.title(), "password": password}
        self._store.run_now(agents.add, role="agent", now=now(), **values)

    def watched(self) -> dict[tuple[str, str], Watch]:
        """What is known of the accounts' history and silence."""
        return self._store.run_now(watches.everything)

    def agent_says(self, text: str, template: Template | None = None) -> None:
        """An agent writes in the first conversation, whatever the desk would say to it."""
        self._store.run_now(_queue, text, template)
        self._bell.ring(OUTBOX)


def _queue(connection: Connection, text: str, template: Template | None) -> None:
    draft = Draft(author="agent", purpose="agent", text=text, delivery="queued", template=template)
    line = transcript.append(connection, 1, draft, now())
    outbox.put(connection, line, now=now(), deadline=now().replace(year=now().year + 1))


@asynccontextmanager
async def product(
    folder: Path, *connected: tuple[Account, Channel], script: Mapping[str, Understanding] = SCRIPT
) -> AsyncIterator[Product]:
    """Run it until the block ends; what it has stored in the folder stays for the next one."""
    with closing(Store(servers.sqlite(folder))) as store:
        app = build(
            settings=read_settings({"RELAIS_STATE": str(folder)}),
            brand=msgspec.structs.replace(
                BRAND, accounts=(*BRAND.accounts, *(account for account, _ in connected))
            ),
            store=store,
            channels={(account.channel, account.id): channel for account, channel in connected},
            assistant=Scripted(script),
            guard=GUARD,
            clock=now,
            bell=(bell := Bell()),
        )
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield Product(store, bell, f"http://127.0.0.1:{runner.addresses[0][1]}")
        finally:
            await runner.cleanup()


async def eventually(check: Callable[[], object]) -> None:
    """Wait until something holds that nothing tells of."""
    for _ in range(250):
        if check():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came true")
