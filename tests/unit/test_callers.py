from __future__ import annotations

from ipaddress import ip_network

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.callers import caller_of, known_behind

OURS = (ip_network("10.0.0.0/28"),)


@pytest.mark.parametrize(
    ("remote", "forwarded", "caller"),
    [
        ("10.0.0.2", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.2", ["203.0.113.7, 10.0.0.3"], "203.0.113.7"),
        ("10.0.0.2", ["192.0.2.9", "203.0.113.7"], "203.0.113.7"),
        ("10.0.0.2", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.2", ["not an address"], "10.0.0.2"),
        ("10.0.0.2", [], "10.0.0.2"),
        ("203.0.113.7", ["192.0.2.9"], "203.0.113.7"),
        (None, ["192.0.2.9"], None),
    ],
)
def test_only_our_own_proxies_are_believed(remote: str | None, forwarded: list[str], caller: str) -> None:
    assert caller_of(remote, forwarded, OURS) == caller


@pytest.mark.parametrize(("proxies", "told"), [("127.0.0.0/8", "203.0.113.7"), ("10.0.0.1", "127.0.0.1")])
async def test_a_handler_sees_the_caller_and_the_whole_request(proxies: str, told: str) -> None:
    async def repeat(request: web.Request) -> web.Response:
        word = request.match_info["word"]
        return web.json_response([request.remote, word, await request.text()])

    app = web.Application(middlewares=[known_behind([ip_network(proxies)])])
    app.add_routes([web.post("/{word}", repeat)])
    async with TestClient(TestServer(app)) as client:
        response = await client.post("/hello", data="body", headers={"X-Forwarded-For": "203.0.113.7"})
        assert await response.json() == [told, "hello", "body"]
