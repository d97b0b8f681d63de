"""Gateways restarted one after the other behind the proxy, while visitors write."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from sqlalchemy import select
from sqlalchemy.engine import Connection

from bot.store.store import Store
from bot.store.tables import messages
from tests import servers
from tests.deploy.running import ROOT, Gateway, until_it_answers
from tests.servers import LOOPBACK, free_port

CADDY = ROOT / "var/proxy/bin/caddy"
pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not CADDY.exists(), reason="make proxy"),
]

PER_SECOND = 20
RESTARTS = 2


@pytest.fixture
def environment(tmp_path: Path, postgres: servers.Postgres) -> Iterator[dict[str, str]]:
    with postgres.fresh() as url:
        yield {"DATABASE_URL": url, "RELAIS_STATE": str(tmp_path), "RELAIS_PROXIES": LOOPBACK}


@asynccontextmanager
async def proxy(folder: Path, upstreams: list[str]) -> AsyncIterator[str]:
    """The proxy of deploy/ with its own configuration, but for ports and addresses."""
    port, health, admin, plain = (free_port() for _ in range(4))
    config = (ROOT / "deploy/Caddyfile").read_text()
    for ours, here in (
        ("gateway-1:8080 gateway-2:8080", " ".join(upstreams)),
        (":8090", f":{health}"),
        ("\tpersist_config off", f"\tpersist_config off\n\tskip_install_trust\n\thttp_port {plain}"),
    ):
        assert ours in config
        config = config.replace(ours, here)
    (folder / "Caddyfile").write_text(config)
    process = await asyncio.create_subprocess_exec(
        *(CADDY, "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"),
        env={
            **os.environ,
            "CADDY_ADMIN": f"{LOOPBACK}:{admin}",
            "RELAIS_DOMAIN": f"localhost:{port}",
            "XDG_DATA_HOME": str(folder),
        },
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await until_it_answers(f"http://{LOOPBACK}:{health}/health")
        # It listens before it has made its certificate.
        url = f"https://localhost:{port}"
        await until_it_answers(f"{url}/chat", trusting(folder))
        yield url
    finally:
        process.terminate()
        await process.wait()


def trusting(folder: Path) -> ssl.SSLContext:
    """TLS as a browser does it, with the authority that Caddy made for itself."""
    (authority,) = folder.rglob("pki/authorities/local/root.crt")
    return ssl.create_default_context(cafile=str(authority))


class Crowd:
    """Visitors who write one message each, at a steady pace."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._writing: list[asyncio.Task[None]] = []
        self.answers: Counter[int | str] = Counter()
        self.accepted: set[str] = set()

    async def write_on(self) -> None:
        """Until cancelled."""
        for number in range(100_000):
            self._writing.append(asyncio.create_task(self._write(f"message {number}")))
            await asyncio.sleep(1 / PER_SECOND)

    async def last_answers(self) -> None:
        """Wait for all that is under way."""
        await asyncio.gather(*self._writing)

    async def _write(self, text: str) -> None:
        message = {"client_message_id": uuid4().hex, "text": text}
        try:
            async with self._session.post("/chat/messages", json=message) as response:
                self.answers[response.status] += 1
                if response.ok:
                    self.accepted.add(text)
        except aiohttp.ClientError as error:
            self.answers[type(error).__name__] += 1


def texts(connection: Connection) -> list[str]:
    found = select(messages.c.text).where(messages.c.author == "customer")
    return list(connection.execute(found).scalars())


async def test_no_request_is_lost_while_gateways_are_restarted_one_after_the_other(
    environment: dict[str, str], tmp_path: Path
) -> None:
    gateways = [Gateway(environment, "--accept-only") for _ in range(2)]
    async with AsyncExitStack() as stack:
        for gateway in gateways:
            stack.push_async_callback(gateway.stop)
        await asyncio.gather(*(gateway.start() for gateway in gateways))
        crowd = await roll(gateways, tmp_path)
    store = Store(environment["DATABASE_URL"])
    stored = store.run_now(texts)
    store.close()
    assert set(crowd.answers) == {202}, crowd.answers
    assert sorted(stored) == sorted(crowd.accepted)


async def roll(gateways: list[Gateway], folder: Path) -> Crowd:
    """Restart one after the other while a crowd writes."""
    async with proxy(folder, [f"{LOOPBACK}:{gateway.port}" for gateway in gateways]) as url:
        connector = aiohttp.TCPConnector(ssl=trusting(folder), limit=0)
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(url, connector=connector, cookie_jar=jar) as session:
            crowd = Crowd(session)
            writing = asyncio.create_task(crowd.write_on())
            try:
                for gateway in gateways * RESTARTS:
                    await gateway.stop()
                    await gateway.start()
            finally:
                writing.cancel()
                await crowd.last_answers()
    return crowd
