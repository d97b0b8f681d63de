"""What calls to platforms have in common: patience, and nothing that is kept or taken from elsewhere."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from bot.channels.http import in_our_words, repeatable, retry_after, session
from bot.errors import DeliveryError, DeliveryLater, DeliveryUnknown


async def test_each_step_has_its_time_and_the_whole_has_an_end() -> None:
    async with session(2) as made:
        assert made.timeout == aiohttp.ClientTimeout(total=6, connect=2, sock_read=2)


async def test_nothing_is_kept_of_answers_nor_taken_from_the_environment() -> None:
    async with session(2, {"Authorization": "Bearer made-up"}) as made:
        assert isinstance(made.cookie_jar, aiohttp.DummyCookieJar)
        assert not made.trust_env
        assert made.headers == {"Authorization": "Bearer made-up"}


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("7", 7),
        ("0", 0),
        ("9999999", 9_999_999),
        ("10000000", None),
        ("9" * 400, None),
        ("", None),
        ("-7", None),
        ("1.5", None),
        ("٧", None),
        ("²", None),
        (" 7", None),
        ("soon", None),
        ("inf", None),
        ("Wed, 18 Nov 2026 10:00:00 GMT", None),
    ],
)
def test_wait_is_a_short_whole_number_of_seconds(asked: str, wait: float | None) -> None:
    assert retry_after({"Retry-After": asked}) == wait


def test_where_no_wait_is_asked_for_there_is_none() -> None:
    assert retry_after({}) is None


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (aiohttp.InvalidURL("nowhere"), DeliveryLater),
        (aiohttp.ConnectionTimeoutError(), DeliveryLater),
        (aiohttp.ServerDisconnectedError(), DeliveryUnknown),
        (aiohttp.SocketTimeoutError(), DeliveryUnknown),
        (asyncio.TimeoutError(), DeliveryUnknown),
    ],
    ids=repr,
)
def test_failure_tells_whether_it_may_have_been_done(failure: Exception, kind: type[DeliveryError]) -> None:
    with pytest.raises(kind, match="Chirper ") as caught, in_our_words("Chirper"):
        raise failure
    assert caught.value.__cause__ is None
    with pytest.raises(DeliveryLater), repeatable(), in_our_words("Chirper"):
        raise failure
