"""The desk on a real server and a real store; tests play customers and delivery themselves."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from msgspec.structs import replace
from sqlalchemy import insert, update

from bot.brand import Account, ApprovedText
from bot.channels.base import Channel
from bot.desk import add_desk
from bot.desk.platforms import Platforms
from bot.inbox import Inbox
from bot.inbox.crowd import accept
from bot.messages import Entity
from bot.settings import read_settings
from bot.store import agents, bell, cases, links, outbound, outbox, record, sessions, tables, transcript
from bot.store.bell import Bell
from bot.store.cases import NewCase
from bot.store.rows import Agent, Case, Line, Recorded, Role
from bot.store.store import Store
from tests import servers
from tests.fakes.channel import FakeChannel, event
from tests.fakes.clock import FakeClock
from tests.fakes.example import BRAND

PASSWORD = "a long enough password"
# Made once: a hash takes a tenth of a second on purpose.
_HASH = PasswordHasher().hash(PASSWORD)
REFERENCE = "NB-7K2QX4"

Client = TestClient[web.Request, web.Application]


class DeskHouse:
    """A desk, its store, and shortcuts for what happens outside of it."""

    def __init__(self, folder: Path, clock: Any = None) -> None:
        self.settings = read_settings({"RELAIS_STATE": str(folder), "RELAIS_SECRET": "of tests"})
        self.brand = BRAND
        self.clock = clock or FakeClock()
        self.bell = Bell()
        self.store = Store(servers.sqlite(folder))
        self.channel = FakeChannel()
        self.channels: dict[tuple[str, str], Channel] = {("fake", "main"): self.channel}
        self.environment: dict[str, str] = {}
        self.url = ""
        self._numbers = 0

    @property
    def platforms(self) -> Platforms:
        """What the platforms allow."""
        return Platforms(self.channels, self.brand)

    def network(
        self, *, templates: tuple[ApprovedText, ...] = (), options: Mapping[str, str] = {}, **features: Any
    ) -> None:
        """Let the platform be another one; before the desk is built."""
        account = Account(channel="fake", id="main", market="uk", templates=templates, options=dict(options))
        others = [each for each in self.brand.accounts if each.channel != "fake"]
        self.brand = replace(self.brand, accounts=(*others, account))
        kind = type("Network", (FakeChannel,), {"features": replace(FakeChannel.features, **features)})
        self.channel = kind()
        self.channels[("fake", "main")] = self.channel

    def app(self) -> web.Application:
        """A gateway that only has the desk."""
        app = web.Application()
        add_desk(
            app,
            store=self.store,
            bell=self.bell,
            inbox=Inbox(self.store, self.bell, self.clock),
            channels=self.channels,
            brand=self.brand,
            settings=self.settings,
            clock=self.clock,
            environment=self.environment,
        )
        return app

    async def client(self) -> Client:
        """A browser that is not logged in yet."""
        client = TestClient(TestServer(self.app()))
        await client.start_server()
        return client

    def agent(self, login: str = "ann", role: Role = "agent", team: str | None = "care") -> Agent:
        """Somebody who works here, named like the login."""
        values = {"login": login, "name": login.title(), "role": role, "team": team}
        row = insert(tables.agents).values(password_hash=_HASH, created_at=self.clock(), **values)
        agent_id = self.store.run_now(lambda c: c.execute(row).inserted_primary_key[0])
        return self.store.run_now(agents.load, agent_id)

    def let_in(self, client: Client, agent: Agent) -> None:
        """Give a browser a session without the form, which takes its time on purpose."""
        token = self.store.run_now(sessions.begin, agent.id, self.clock())
        client.session.cookie_jar.update_cookies({"relais_desk": token}, client.make_url("/desk"))

    def later(self, **delta: float) -> None:
        """Time goes by, and whoever is logged in stays so."""
        self.clock.forward(**delta)
        sessions_last = update(tables.desk_sessions).values(expires_at=self.clock() + timedelta(hours=1))
        self.store.run_now(lambda connection: connection.execute(sessions_last))

    def says(self, text: str, person: str = "carla", **more: Any) -> int:
        """A customer writes; returns the conversation."""
        self._numbers += 1
        inbound = event(text, number=self._numbers, at=self.clock(), person=person, **more)
        accepted = self.store.run_now(accept, [inbound], self.clock())
        conversation_id = accepted.conversations[0]
        self.bell.ring(bell.QUEUE, bell.conversation(conversation_id))
        return conversation_id

    def case(self, text: str = "My bag is lost", reference: str = REFERENCE, **more: Any) -> Case:
        """A customer's message that was handed over."""
        rank, team = more.pop("rank", 1), more.pop("team", "care")
        conversation_id = self.says(text, **more)
        now = self.clock()
        new = NewCase(
            reason="complaint",
            register="complaint",
            language="en",
            rank=rank,
            team=team,
            entities=(Entity(name="booking_reference", value="X4K9PL"),),
            acknowledge_by=now + timedelta(seconds=1),
            answer_by=now + timedelta(hours=4),
        )
        case = self.store.run_now(
            cases.open_case, conversation_id, reference, new, acknowledged_at=None, now=now
        )
        self.bell.ring(bell.QUEUE)
        return case

    def joins(self, case: Case, text: str = "Here I am", person: str = "carla") -> int:
        """The customer follows a link from the public thread into a private chat."""
        token = self.store.run_now(links.create, case.conversation_id, self.clock())
        return self.says(text, person=person, start_token=token)

    def delivered(self, line: Line) -> None:
        """The platform took a message."""
        self.store.run_now(outbox.done, line.id)
        self.store.run_now(outbound.advance, line.id, "sent", platform_id=f"sent-{line.id}")
        by_agent = line.author == "agent"
        self.store.run_now(
            cases.first_response_sent, line.conversation_id, by_agent=by_agent, now=self.clock()
        )
        self.bell.ring(bell.conversation(line.conversation_id))

    def failed(self, line: Line, reason: str = "no network") -> None:
        """The platform will never take a message."""
        self.store.run_now(outbox.done, line.id)
        self.store.run_now(outbound.advance, line.id, "failed", reason=reason)
        self.bell.ring(bell.conversation(line.conversation_id))

    def now(self, case: Case) -> Case:
        """The case as it stands."""
        return self.store.run_now(cases.load, case.id)

    def lines(self, conversation_id: int = 1) -> list[Line]:
        """The messages of a conversation."""
        return self.store.run_now(transcript.after, conversation_id, 0)

    def record(self, case: Case) -> list[Recorded]:
        """What was recorded of a case."""
        ids = self.store.run_now(cases.conversations_of, case)
        return self.store.run_now(record.of_case, case.id, ids)


def token_in(page: str) -> str:
    """The token of a page's forms."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found.group(1)


async def log_in(client: Client, login: str = "ann", password: str = PASSWORD, **more: str) -> ClientResponse:
    """Fill in the login form, as a browser does."""
    form = await (await client.get("/desk/login")).text()
    data = {"csrf": token_in(form), "login": login, "password": password, **more}
    return await client.post("/desk/login", data=data, allow_redirects=False)


async def next_event(answer: ClientResponse) -> dict[str, Any]:
    """What a stream sends next; beats are left out."""
    while True:
        line = (await asyncio.wait_for(answer.content.readline(), 5)).decode().strip()
        if line == "event: over":
            return {"over": True}
        if line.startswith("data: "):
            event: dict[str, Any] = json.loads(line.removeprefix("data: "))
            return event


async def act(client: Client, name: str, /, reference: str = REFERENCE, **data: str) -> ClientResponse:
    """Do something with a case, as the page's script does."""
    page = await (await client.get("/desk/account")).text()
    headers = {"X-CSRF-Token": token_in(page), "Accept": "application/json"}
    return await client.post(f"/desk/cases/{reference}/{name}", data=data, headers=headers)
