"""An agent at the desk, who claims, answers, resolves and hands back over HTTP."""

from __future__ import annotations

import asyncio
import re
import uuid
from random import Random

import aiohttp
from sqlalchemy.engine import Connection

from bot.clock import now
from bot.desk.guard import COOKIE
from bot.store import agents, sessions
from bot.store.store import Store

REFERENCE = re.compile(r"/desk/cases/(NB-[0-9A-Z]{6})")
_CONVERSATION = re.compile(r'name="conversation" value="(\d+)"')
_PATIENCE = aiohttp.ClientTimeout(total=10)
_BEFORE_RETRY = 0.5
_BETWEEN_CASES = 1.5


class Agent:
    """Takes waiting cases in no order, as fast as a person who types three words.

    `answered` holds the texts that the desk took: each must reach its customer once.
    """

    def __init__(self, url: str, session: str, csrf: str, chance: Random) -> None:
        self.answered: list[str] = []
        self._cookies = {COOKIE: session}
        self._csrf = csrf
        self._url = url
        self._chance = chance

    async def work(self) -> None:
        """Work until cancelled."""
        jar = aiohttp.CookieJar(unsafe=True)
        headers = {"Accept": "text/html"}
        async with aiohttp.ClientSession(
            self._url, cookie_jar=jar, cookies=self._cookies, headers=headers, timeout=_PATIENCE
        ) as desk:
            while True:
                await asyncio.sleep(_BETWEEN_CASES)
                _, queue = await self._until_it_answers(desk, "/desk?view=waiting")
                if references := sorted(set(REFERENCE.findall(queue))):
                    await self._answer(desk, self._chance.choice(references))

    async def _answer(self, desk: aiohttp.ClientSession, reference: str) -> None:
        where = f"/desk/cases/{reference}"
        _, page = await self._until_it_answers(desk, where)
        conversation = _CONVERSATION.search(page)
        if conversation is None:
            return
        text = f"A human answers: a{len(self.answered) + 1}"
        token = uuid.UUID(int=self._chance.getrandbits(128)).hex
        written = {"text": text, "token": token, "conversation": conversation[1]}
        status, _ = await self._until_it_answers(desk, f"{where}/reply", written)
        if status == 200:
            self.answered.append(text)
        then = self._chance.choice(("resolve", "hand-back", ""))
        if then:
            await self._until_it_answers(desk, f"{where}/{then}", {"tell": "1"})

    async def _until_it_answers(
        self, desk: aiohttp.ClientSession, path: str, form: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """Look at a page, or send a form again and again until the desk says what came of it."""
        while True:
            answer = await self._ask(desk, path, form)
            if answer and answer[0] < 500:
                return answer
            await asyncio.sleep(_BEFORE_RETRY)

    async def _ask(
        self, desk: aiohttp.ClientSession, path: str, form: dict[str, str] | None
    ) -> tuple[int, str] | None:
        method = "GET" if form is None else "POST"
        data = None if form is None else {**form, "csrf": self._csrf}
        try:
            async with desk.request(method, path, data=data) as response:
                return response.status, await response.text()
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return None


def engage(database_url: str, url: str, chance: Random) -> Agent:
    """Register an agent and log him in."""
    store = Store(database_url)
    try:
        session, csrf = store.run_now(_log_in)
    finally:
        store.close()
    return Agent(url, session, csrf, chance)


def _log_in(connection: Connection) -> tuple[str, str]:
    moment = now()
    agent = agents.add(
        connection, login="ann", name="Ann", role="supervisor", password="of no use", now=moment
    )
    token = sessions.begin(connection, agent.id, moment)
    session = sessions.find(connection, token, moment)
    assert session is not None
    return token, session.csrf
