"""The whole gateway behind numbers of WhatsApp, with the scripted assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec
from aiohttp import web
from sqlalchemy.engine import Connection

from bot.app import build
from bot.assistant.scripted import Scripted, understood
from bot.brand import Account, load_brand
from bot.channels.whatsapp import WhatsApp
from bot.clock import now
from bot.guard import load_guard
from bot.messages import Template
from bot.settings import read_settings
from bot.store import accounts, conversations, migrate, outbox, transcript
from bot.store.bell import OUTBOX, Bell
from bot.store.rows import Conversation, Line
from bot.store.store import Store
from bot.store.transcript import Draft
from tests.channels.whatsapp.contract import SECRETS

ANSWER = "One bag of 55 x 40 x 25 cm."
SCRIPT = {"cabin bag": understood("question_cabin_bag", "question", ANSWER)}


class Gateway:
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

    def stopped(self) -> list[str]:
        """The accounts that are stopped."""
        return [state.account for state in self._store.run_now(accounts.stopped)]

    def agent_says(self, text: str, template: Template | None = None) -> None:
        """An agent writes in the first conversation, whatever the desk would say to it."""
        self._store.run_now(_queue, text, template)
        self._bell.ring(OUTBOX)


def _queue(connection: Connection, text: str, template: Template | None) -> None:
    draft = Draft(author="agent", purpose="agent", text=text, delivery="queued", template=template)
    line = transcript.append(connection, 1, draft, now())
    outbox.put(connection, line, now=now(), deadline=now().replace(year=now().year + 1))


@asynccontextmanager
async def gateway(folder: Path, *numbers: Account) -> AsyncIterator[Gateway]:
    """Run the gateway with these accounts, each of which has its own token: `token-<id>`."""
    example = load_brand(Path("brand.yml"))
    channels = {
        ("whatsapp", number.id): WhatsApp(number, {**SECRETS, "token": f"token-{number.id}"}, timeout=2)
        for number in numbers
    }
    with _store(folder) as store:
        app = build(
            settings=read_settings({"RELAIS_STATE": str(folder)}),
            brand=msgspec.structs.replace(example, accounts=(*example.accounts, *numbers)),
            store=store,
            channels=channels,
            assistant=Scripted(SCRIPT),
            guard=load_guard(Path("data/guard")),
            clock=now,
            bell=(bell := Bell()),
        )
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield Gateway(store, bell, f"http://127.0.0.1:{runner.addresses[0][1]}")
        finally:
            await runner.cleanup()


@contextmanager
def _store(folder: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{folder / 'relais.db'}")
    migrate.upgrade(store)
    try:
        yield store
    finally:
        store.close()
