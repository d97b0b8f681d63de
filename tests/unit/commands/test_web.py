from __future__ import annotations

import sys

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.commands.web import StartFailed, answers, gateway_url, until_it_answers
from bot.settings import read_settings
from bot.supervisor import Program, Supervisor

NOWHERE = "http://127.0.0.1:1"


async def no_nap(_: float) -> None:
    """Dies again at once."""


async def answer(_: web.Request) -> web.Response:
    return web.Response(text="here")


async def test_only_success_is_an_answer() -> None:
    app = web.Application()
    app.add_routes([web.get("/health", answer)])
    async with TestServer(app) as server:
        assert await answers(str(server.make_url("/health")))
        assert not await answers(str(server.make_url("/missing")))
    assert not await answers(NOWHERE)


async def test_a_program_that_keeps_dying_is_given_up() -> None:
    program = Program(name="gateway", command=(sys.executable, "-c", "raise SystemExit(1)"))
    supervisor = Supervisor(print, sleep=no_nap)
    supervisor.keep(program)
    try:
        with pytest.raises(StartFailed, match="gateway cannot be started"):
            await until_it_answers(NOWHERE, program, supervisor)
    finally:
        await supervisor.stop()


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://127.0.0.1:81"), ("::", "http://[::1]:81"), ("10.0.0.1", "http://10.0.0.1:81")],
)
def test_a_gateway_on_all_addresses_is_reached_on_loopback(host: str, url: str) -> None:
    environment = {"RELAIS_HOST": host, "RELAIS_PORT": "81", "RELAIS_SECRET": "x" * 32}
    assert gateway_url(read_settings(environment)) == url
