"""The visitor's cookie."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.chat.visitor import COOKIE, YEAR, Visitor, Visitors
from tests.fakes.chat import ChatServer
from tests.fakes.clock import FakeClock
from tests.unit.chat.conftest import VisitorClient

ANN = Visitor(id="A" * 22, is_new=True)


def cookie_of(visitors: Visitors, *, framed: bool = False) -> str:
    response = web.Response()
    visitors.remember(response, ANN, framed=framed)
    return response.headers["Set-Cookie"]


def value_of(visitors: Visitors) -> str:
    return cookie_of(visitors).partition("=")[2].partition(";")[0]


def read(visitors: Visitors, *values: str) -> Visitor:
    header = "; ".join(f"{COOKIE}={value}" for value in values)
    return visitors.of(make_mocked_request("GET", "/chat", headers={"Cookie": f"other=1; {header}"}))


def test_visitor_is_known_for_a_year() -> None:
    clock = FakeClock()
    visitors = Visitors("secret", clock, secure=False)
    value = value_of(visitors)
    clock.forward(days=364)
    assert read(visitors, value) == Visitor(id=ANN.id, is_new=False)
    clock.forward(days=2)
    assert read(visitors, value).is_new


def test_without_a_cookie_everybody_is_somebody_else() -> None:
    visitors = Visitors("secret", FakeClock(), secure=False)
    assert read(visitors).id != read(visitors).id


@pytest.mark.parametrize("position", [0, 5, 21, 23, 30, 34, 60, -1])
def test_changing_any_part_of_the_cookie_makes_a_new_visitor(position: int) -> None:
    visitors = Visitors("secret", FakeClock(), secure=False)
    value = list(value_of(visitors))
    value[position] = "b" if value[position] != "b" else "c"
    assert read(visitors, "".join(value)).is_new


@pytest.mark.parametrize("value", ["", ".", "..", "x" * 5000, "A" * 22, f"{'A' * 22}.1.", "é" * 22])
def test_garbage_in_the_cookie_makes_a_new_visitor(value: str) -> None:
    assert read(Visitors("secret", FakeClock(), secure=False), value).is_new


def test_cookie_of_another_installation_makes_a_new_visitor() -> None:
    clock = FakeClock()
    foreign = value_of(Visitors("another secret", clock, secure=False))
    assert read(Visitors("secret", clock, secure=False), foreign).is_new


def test_valid_one_of_two_cookies_counts() -> None:
    visitors = Visitors("secret", FakeClock(), secure=False)
    assert read(visitors, "garbage", value_of(visitors)).id == ANN.id


def test_scripts_cannot_read_the_cookie_and_other_sites_cannot_use_it() -> None:
    attributes = cookie_of(Visitors("secret", FakeClock(), secure=False)).split("; ")[1:]
    assert attributes == [f"Max-Age={YEAR}", "Path=/chat", "HttpOnly", "SameSite=Lax"]


def test_cookie_is_secure_behind_tls() -> None:
    visitors = Visitors("secret", FakeClock(), secure=True)
    assert cookie_of(visitors).endswith("; HttpOnly; SameSite=Lax; Secure")


def test_frame_of_another_site_gets_a_cookie_of_its_own_jar() -> None:
    visitors = Visitors("secret", FakeClock(), secure=True)
    assert cookie_of(visitors, framed=True).endswith("; SameSite=None; Secure; Partitioned")
    # Without TLS browsers refuse such cookies.
    plain = Visitors("secret", FakeClock(), secure=False)
    assert cookie_of(plain, framed=True).endswith("; SameSite=Lax")


async def test_page_gives_the_cookie_and_the_same_again(ann: VisitorClient) -> None:
    first, second = [SimpleCookie((await ann.get("/chat")).headers["Set-Cookie"]) for _ in range(2)]
    assert first[COOKIE].value[:22] == second[COOKIE].value[:22]


async def test_program_without_cookies_gets_one_with_its_first_message(server: ChatServer) -> None:
    async with VisitorClient(server) as program:
        program.session.cookie_jar.clear()
        answer = await program.post({"client_message_id": "1", "text": "Hello"})
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        program.session.cookie_jar.clear()
        answer = await program.post({"client_message_id": "2", "text": "Again"}, headers={"Cookie": cookie})
        assert "Set-Cookie" not in answer.headers
        program.session.cookie_jar.clear()
        events = await program.listen(Cookie=cookie)
        assert await events.texts_until_ready() == ["Hello", "Again"]
