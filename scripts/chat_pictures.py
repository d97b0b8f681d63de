"""Takes the pictures of the web chat: `python -m scripts.chat_pictures [FOLDER]`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, Page
from sqlalchemy.engine import Connection

from bot.brand import load_brand
from bot.chat import add_chat
from bot.clock import now
from bot.inbox import Inbox
from bot.messages import Button
from bot.settings import read_settings
from bot.store import agents, bell, conversations, migrate, transcript
from bot.store.bell import Bell
from bot.store.store import Store
from bot.store.transcript import Draft
from scripts.chromium import launched

WIDE = {"viewport": {"width": 1280, "height": 860}}
PHONE = {
    "viewport": {"width": 390, "height": 780},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
LOOKS: dict[str, dict[str, Any]] = {
    "": WIDE,
    "-dark": {**WIDE, "color_scheme": "dark"},
    "-phone": PHONE,
}

BUTTONS = tuple(
    Button(title=title, payload=f"/{title}") for title in ("En soute", "En cabine", "Parler à un conseiller")
)
QUESTION = "Bonjour, puis-je emporter ma guitare ?"
GREETING = Draft(
    author="bot", purpose="acknowledge", text="Bonjour, je suis l’assistant automatique de Nimbéa."
)
CHOICE = Draft(
    author="bot",
    purpose="clarify",
    text="Volontiers ! Souhaitez-vous la garder avec vous ou la mettre en soute ?",
    buttons=BUTTONS,
)
HANDOVER = Draft(
    author="bot",
    purpose="handover",
    text="Un conseiller de Nimbéa prend le relais et vous répondra au plus tard le 22 novembre à 18 h 30. "
    "Votre référence : NB-7K2QX4.",
)
AGENT = "Bonjour, je vérifie la place disponible sur votre vol et reviens vers vous dans un instant."


class Scene:
    """A gateway with nothing but the chat, in which the script plays bot and agent."""

    def __init__(self, state: Path) -> None:
        self._settings = read_settings({"RELAIS_STATE": str(state)})
        self._brand = load_brand(Path("brand.yml"))
        self._bell = Bell()
        self._store = Store(self._settings.database_url)
        self._conversation = 0
        migrate.upgrade(self._store)
        self._agent = self._store.run_now(_agent)

    async def start(self) -> str:
        """Serve; returns the address."""
        app = web.Application()
        add_chat(
            app,
            store=self._store,
            bell=self._bell,
            inbox=Inbox(self._store, self._bell, now),
            brand=self._brand,
            settings=self._settings,
            clock=now,
        )
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """End it."""
        await self._runner.cleanup()
        self._store.close()

    async def play(self, page: Page, folder: Path, name: str) -> None:
        """One visitor's conversation, with a picture of its middle and its end."""
        self._conversation += 1
        await page.get_by_role("textbox").fill(QUESTION)
        await page.get_by_role("textbox").press("Enter")
        await page.wait_for_selector("#messages .customer")
        await self._write(GREETING)
        await self._write(CHOICE)
        await _shoot(page, folder / f"chat-buttons{name}.png")
        await page.get_by_role("button", name="Parler à un conseiller").click()
        await page.wait_for_selector("#messages .customer >> nth=1")
        await self._write(HANDOVER)
        await self._write(Draft(author="agent", agent_id=self._agent, purpose="agent", text=AGENT))
        self._bell.ring(bell.writing(self._conversation))
        await _shoot(page, folder / f"chat{name}.png")

    async def _write(self, draft: Draft) -> None:
        await self._store.run(_append, self._conversation, draft)
        self._bell.ring(bell.conversation(self._conversation))


async def take(browser: Browser, folder: Path) -> None:
    """Take all pictures of the chat."""
    with tempfile.TemporaryDirectory() as state:
        scene = Scene(Path(state))
        url = await scene.start()
        for name, look in LOOKS.items():
            page = await browser.new_page(locale="fr-FR", **look)
            await page.goto(f"{url}/chat")
            await page.wait_for_selector("html.settled")
            await scene.play(page, folder, name)
            await page.goto(f"{url}/chat/demo")
            await page.get_by_role("button", name="Discuter").click()
            await _shoot(page, folder / f"chat-widget{name}.png")
            await page.context.close()
        await scene.stop()


async def main(folder: Path) -> None:
    """Take all pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    async with launched() as browser:
        await take(browser, folder)


def _agent(connection: Connection) -> int:
    password = "only for pictures"  # noqa: S105 - the database is thrown away
    agent = agents.add(
        connection, login="camille", name="Camille D.", role="agent", password=password, now=now()
    )
    return agent.id


def _append(connection: Connection, conversation_id: int, draft: Draft) -> None:
    transcript.append(connection, conversation_id, draft, now())
    conversations.release(connection, conversation_id, due_at=None)


async def _shoot(page: Page, file: Path) -> None:
    # What moves has arrived.
    await page.wait_for_timeout(1200)
    await page.screenshot(path=file)
    print(file)  # noqa: T201 - a script tells what it does


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/images")))
