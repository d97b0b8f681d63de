"""An installation of real processes, with a wire between every two of them that speak.

::

    customers ─┐            ┌─ worker 1 ─┐ each of these three has wires of its own to
               ├─► gateway  │            ├─► PostgreSQL · Redis · Rasa · Telegram
    Telegram ──┘            └─ worker 2 ─┘
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import yaml
from msgspec import Struct
from typing_extensions import Self

from bot.brand import load_brand
from bot.commands import processes
from bot.settings import read_settings
from bot.store import migrate
from bot.store.store import Store
from bot.supervisor import Program
from tests import servers
from tests.fakes.telegram import BotApi, Limits
from tests.faults.clocks import MovableClock, compiled
from tests.faults.disk import small_disk
from tests.faults.parts import Machine, Part, Process
from tests.faults.wire import LOOPBACK, Wire

ROOT = Path(__file__).parents[2]
TELEGRAM, CUSTOMERS = "Telegram", "customers"
GATEWAY, RASA, POSTGRES, REDIS = "gateway", "Rasa", "PostgreSQL", "Redis"
SECRET = "of-the-webhooks"
# The account that is sent its updates, and the one that fetches them.
POSTED, POLLED = "nimbea_uk", "nimbea_es"
TOKENS = {POSTED: "4242:AAF-made_up_for_tests", POLLED: "4343:AAF-made_up_for_tests"}
# Customers wait for the assistant so long before a human takes over; a minute is too long here.
ASSISTANT_WITHIN = "15s"


class Shape(Struct, frozen=True, kw_only=True):
    """What an installation is made of. Without workers the gateway does the work itself.

    `model` is a trained model for a real Rasa; without one a stand-in answers. With `small_disk`
    the database is on a file system of its own, where this user may make one.
    """

    name: str
    postgres: bool = False
    small_disk: bool = False
    redis: bool = False
    workers: int = 0
    model: Path | None = None


class Installation:
    """A running installation in a folder; logs are in `folder/logs`.

    `wires` are named by both ends, the one that calls first.
    """

    def __init__(self, shape: Shape, folder: Path) -> None:
        self.shape = shape
        self.folder = folder
        self.logs = folder / "logs"
        self.api = BotApi(limits=Limits(), haste=4.0)
        self.bots = {account: self.api.bot(token, f"{account}_bot") for account, token in TOKENS.items()}
        self.parts: dict[str, Part] = {}
        self.wires: dict[tuple[str, str], Wire] = {}
        self.clocks: dict[str, MovableClock] = {}
        self.small_disk: Path | None = None
        self.database_url = f"sqlite:///{folder / 'database' / 'relais.db'}"
        self._ports = {name: servers.free_port() for name in (GATEWAY, RASA, *self._workers())}
        self._secret = secrets.token_urlsafe(16)
        self._library = folder / "none yet"
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.logs.mkdir(parents=True)
        (self.folder / "database").mkdir()
        if self.shape.small_disk:
            self.small_disk = self._stack.enter_context(small_disk(self.folder / "database"))
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def store_file(self) -> Path | None:
        """The database, where it is a file."""
        return None if self.shape.postgres else self.folder / "database" / "relais.db"

    @property
    def workers(self) -> list[str]:
        """The parts that take turns and send."""
        return self._workers() or [GATEWAY]

    @property
    def ours(self) -> list[str]:
        """The parts that are our own code."""
        return [GATEWAY, *self._workers()]

    def url(self, caller: str) -> str:
        """The gateway, as customers or a platform reach it."""
        return f"http://{LOOPBACK}:{self.wires[caller, GATEWAY].port}"

    def wires_of(self, name: str) -> list[Wire]:
        """All that join one part with the others."""
        return [wire for ends, wire in self.wires.items() if name in ends]

    def deaths(self) -> dict[str, list[int]]:
        """Exit codes of processes that ended though nobody had ordered it."""
        found = {part.name: part.deaths for part in self.parts.values() if isinstance(part, Process)}
        return {name: codes for name, codes in found.items() if codes}

    async def stop(self) -> None:
        """End our own processes in order."""
        await asyncio.gather(*(self.parts[name].stop() for name in self.ours))

    def _workers(self) -> list[str]:
        return [f"worker {number}" for number in range(1, self.shape.workers + 1)]

    async def _start(self) -> None:
        await self._stack.enter_async_context(self.api)
        servers_at = {TELEGRAM: self.api.port, RASA: self._ports[RASA], **self._start_machines()}
        for name in self.ours:
            for there, port in servers_at.items():
                await self._join(name, there, port)
        for caller in (CUSTOMERS, TELEGRAM):
            await self._join(caller, GATEWAY, self._ports[GATEWAY])
        self._library = await asyncio.to_thread(compiled, self.folder)
        await asyncio.to_thread(self._prepare)
        starting = [self._run(self._rasa(), f"http://{LOOPBACK}:{self._ports[RASA]}/webhooks/relais/")]
        for name in self.ours:
            program = self._program(name)
            starting.append(self._run(program, f"http://{LOOPBACK}:{self._ports[name]}/health"))
        await asyncio.gather(*starting)

    def _start_machines(self) -> dict[str, int]:
        """PostgreSQL and Redis, where the shape has them; the ports that they listen on."""
        found: dict[str, servers.Server] = {}
        if self.shape.postgres:
            postgres = self._stack.enter_context(servers.postgres(durable=True))
            self.database_url = postgres.url
            found[POSTGRES] = postgres
        if self.shape.redis:
            found[REDIS] = self._stack.enter_context(servers.redis())
        self.parts.update({name: Machine(name, server) for name, server in found.items()})
        return {name: server.port for name, server in found.items()}

    async def _join(self, caller: str, called: str, port: int) -> None:
        self.wires[caller, called] = await self._stack.enter_async_context(Wire(port))

    def _prepare(self) -> None:
        store = Store(self.database_url)
        migrate.upgrade(store)
        store.close()

    async def _run(self, program: Program, health: str) -> None:
        async def answers() -> bool:
            return await _is_there(health)

        part = Process(program, self.logs / f"{program.name.replace(' ', '-')}.log", answers)
        self.parts[part.name] = part
        self._stack.push_async_callback(part.stop)
        await part.start()

    def _rasa(self) -> Program:
        if self.shape.model is None:
            command = (sys.executable, "-m", "tests.faults.stand_in", str(self._ports[RASA]))
            return Program(name=RASA, command=command)
        given = {
            "RELAIS_STATE": str(self.folder),
            "RELAIS_RASA_PORT": str(self._ports[RASA]),
            "RELAIS_ACTIONS_PORT": str(servers.free_port()),  # nobody is there, and nobody is needed
        }
        settings = read_settings(given)
        told = processes.endpoints(settings, ROOT)
        program = processes.rasa(settings, self.shape.model, told)
        return Program(name=RASA, command=program.command, environment=program.environment)

    def _program(self, name: str) -> Program:
        if name == GATEWAY:
            command = ["gateway", *(["--accept-only"] if self.shape.workers else [])]
        else:
            command = ["worker"]
        self.clocks[name] = MovableClock(self.folder / f"clock of {name}", self._library)
        return Program(
            name=name,
            command=(sys.executable, "-m", "bot", *command),
            environment={**self._environment(name), **self.clocks[name].environment},
        )

    def _environment(self, name: str) -> Mapping[str, str]:
        given = {
            # A process that crashes says where.
            "PYTHONFAULTHANDLER": "1",
            "RELAIS_STATE": str(self.folder),
            "RELAIS_SECRET": self._secret,
            "RELAIS_BRAND": str(self._brand(name)),
            "RELAIS_PORT": str(self._ports[GATEWAY]),
            "RELAIS_WORKER_PORT": str(self._ports[name]),
            "RELAIS_PUBLIC_URL": f"http://{LOOPBACK}:{self.wires[CUSTOMERS, GATEWAY].port}",
            "RELAIS_RASA_URL": f"http://{LOOPBACK}:{self.wires[name, RASA].port}",
            "DATABASE_URL": self._through_wire(self.database_url, name, POSTGRES),
            "REDIS_URL": "",
        }
        if self.shape.redis:
            given["REDIS_URL"] = f"redis://{LOOPBACK}:{self.wires[name, REDIS].port}/0"
        for account, token in TOKENS.items():
            given[f"TELEGRAM_{account.upper()}_TOKEN"] = token
            given[f"TELEGRAM_{account.upper()}_WEBHOOK_SECRET"] = SECRET
        return given

    def _through_wire(self, url: str, name: str, called: str) -> str:
        if (name, called) not in self.wires:
            return url
        host, _, rest = url.rpartition("@")
        return f"{host}@{LOOPBACK}:{self.wires[name, called].port}/{rest.partition('/')[2]}"

    def _brand(self, name: str) -> Path:
        """The example brand with its accounts on our platforms, as one process reaches them."""
        brand = yaml.safe_load((ROOT / "brand.yml").read_text(encoding="utf8"))
        brand["promises"]["assistant_within"] = ASSISTANT_WITHIN
        # Whoever hears nothing was lost: nobody is left out of politeness.
        brand["etiquette"]["default"]["public"] |= {"most_per_thread": None, "silent_on": []}
        base_url = f"http://{LOOPBACK}:{self.wires[name, TELEGRAM].port}/bot"
        brand["accounts"] = list(_accounts(brand["accounts"], base_url))
        file = self.folder / f"brand of {name}.yml"
        file.write_text(yaml.safe_dump(brand, allow_unicode=True), encoding="utf8")
        load_brand(file)
        return file


def _accounts(accounts: Iterable[dict[str, object]], base_url: str) -> Iterable[dict[str, object]]:
    for account in accounts:
        name = str(account["id"])
        if account["channel"] == "webchat":
            yield account
        elif account["channel"] == "telegram" and name in TOKENS:
            mode = {"mode": "polling"} if name == POLLED else {}
            yield {**account, "options": {"base_url": base_url, "username": f"{name}_bot", **mode}}


async def _is_there(url: str) -> bool:
    patience = aiohttp.ClientTimeout(total=2)
    try:
        async with aiohttp.ClientSession(timeout=patience) as session, session.get(url) as response:
            return response.status == 200
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return False
