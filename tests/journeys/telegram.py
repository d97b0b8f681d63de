"""The whole gateway behind a Telegram bot, with the scripted assistant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from aiohttp import web
from prometheus_client import REGISTRY

from bot.app import build
from bot.assistant.scripted import Scripted, understood
from bot.brand import Account, load_brand
from bot.channels.telegram import Telegram
from bot.clock import now
from bot.guard import load_guard
from bot.messages import Button
from bot.settings import read_settings
from bot.store import cases, conversations, migrate, record, transcript
from bot.store.rows import Case, Conversation, Line, Recorded
from bot.store.store import Store
from tests.fakes.telegram import BotApi

TOKEN = "4242:AAF-made_up_for_tests"
SECRET = "made-up_webhook-secret"
SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One bag of 55 x 40 x 25 cm."),
    "/greet": understood("greet", "other", "Hello, I am the automated assistant."),
    "seat": understood(
        "question_seat",
        "question",
        "Which one?",
        buttons=(Button(title="Window", payload="my cabin bag by the window"),),
    ),
    "lost": understood("problem", "problem", "I am sorry to hear that."),
}


class Gateway:
    """The product as it runs, for one bot; `url` is where its webhook listens."""

    def __init__(self, store: Store, app: web.Application) -> None:
        self.url = ""
        self._store = store
        self._app = app

    @property
    def webhook(self) -> str:
        """Where Telegram posts to."""
        return f"{self.url}/channels/telegram/shop_uk"

    async def start(self) -> web.AppRunner:
        """Serve on a free port."""
        runner = web.AppRunner(self._app, handle_signals=False, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    def conversation(self, number: int) -> Conversation:
        """A conversation as it stands."""
        return self._store.run_now(conversations.load, number)

    def lines(self, number: int) -> list[Line]:
        """The messages of a conversation."""
        return self._store.run_now(transcript.after, number, 0)

    def case(self, number: int) -> Case | None:
        """The case of a conversation."""
        return self._store.run_now(cases.current, self.conversation(number).case_id)

    def recorded(self, number: int) -> list[Recorded]:
        """The record of a conversation."""
        return self._store.run_now(record.of_case, 0, [number])


@asynccontextmanager
async def gateway(api: BotApi, folder: Path, **options: str) -> AsyncIterator[Gateway]:
    """Run the gateway with one Telegram account that has these options."""
    account = Account(
        channel="telegram",
        id="shop_uk",
        market="uk",
        options={"base_url": api.base_url, "username": "shop_bot", **options},
    )
    example = load_brand(Path("brand.yml"))
    channel = Telegram(account, {"token": TOKEN, "webhook": SECRET}, timeout=2, poll_seconds=1)
    store = Store(f"sqlite:///{folder / 'relais.db'}")
    migrate.upgrade(store)
    app = build(
        settings=read_settings({"RELAIS_STATE": str(folder)}),
        brand=msgspec.structs.replace(example, accounts=(*example.accounts, account)),
        store=store,
        channels={("telegram", "shop_uk"): channel},
        assistant=Scripted(SCRIPT),
        guard=load_guard(Path("data/guard")),
        clock=now,
    )
    running = Gateway(store, app)
    runner = await running.start()
    try:
        yield running
    finally:
        await runner.cleanup()
        store.close()


async def eventually(check: Callable[[], object]) -> None:
    """Wait until something holds that no message to Telegram tells of."""
    for _ in range(250):
        if check():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came true")


def counted(result: str) -> float:
    """How many requests of the bot had this result so far, in this process."""
    labels = {"channel": "telegram", "account": "shop_uk", "result": result}
    return REGISTRY.get_sample_value("relais_payloads_total", labels) or 0.0
