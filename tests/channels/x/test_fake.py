"""The fake of X does what X documents."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest
from oauthlib.oauth1 import Client

from tests.channels.x.contract import SECRETS
from tests.fakes.clock import FakeClock
from tests.fakes.x import FakePerson, FakeShop, FakeX
from tests.fakes.x.webhook import Hook, signed


class Told(Hook):
    """A webhook that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__("1", "http://127.0.0.1:1/")
        self.told: list[dict[str, object]] = []

    def tell(self, body: dict[str, object]) -> None:
        """Keep it, unless it would be lost."""
        if not self._loses:
            self.told.append(body)


@pytest.fixture
async def hook(x: FakeX, shop: FakeShop) -> Told:
    hook = Told()
    x.events.hooks["1"] = hook
    x.events.accounts["1"] = {shop.id}
    for kind in ("post.mention.create", "post.reply.create", "dm.received"):
        subscription = {"event_type": kind, "filter": {"user_id": shop.id}, "tag": "", "webhook_id": "1"}
        x.events.subscriptions.append(subscription)
    return hook


def by_hand(x: FakeX, **wrong: str) -> dict[str, str]:
    """Headers of a call of `me`, signed with these keys in place of the right ones."""
    keys = {**SECRETS, **wrong}
    client = Client(
        keys["consumer_key"],
        client_secret=keys["consumer_secret"],
        resource_owner_key=keys["token"],
        resource_owner_secret=keys["token_secret"],
    )
    headers: dict[str, str] = client.sign(f"{x.base_url}/2/users/me")[1]
    return headers


async def status(x: FakeX, headers: dict[str, str], query: str = "") -> int:
    url = f"{x.base_url}/2/users/me{query}"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status


async def test_signature_is_checked_and_holds_once_for_one_call(x: FakeX, shop: FakeShop) -> None:
    headers = by_hand(x)
    assert await status(x, headers) == 200
    assert await status(x, headers) == 401
    assert await status(x, by_hand(x), "?user.fields=id") == 401
    for name in ("consumer_key", "consumer_secret", "token", "token_secret"):
        assert await status(x, by_hand(x, **{name: "wrong"})) == 401


async def test_answer_that_mentions_us_comes_twice_in_one_style_and_once_in_the_other(
    x: FakeX, shop: FakeShop, ann: FakePerson, hook: Told
) -> None:
    ann.posts("hello?", below=shop.posts("New bags are in"))
    assert len([body for body in hook.told if "data" in body]) == 2
    assert len([body for body in hook.told if "tweet_create_events" in body]) == 2  # the first is our own


async def test_lost_events_come_by_a_replay(
    x: FakeX, shop: FakeShop, ann: FakePerson, hook: Told, clock: FakeClock
) -> None:
    hook.lose()
    ann.writes(shop, "hello")
    hook.lose(loses=False)
    assert hook.told == []
    clock.forward(hours=1)
    start, end = clock() - timedelta(hours=2), clock() - timedelta(minutes=20)
    x.events.replay("1", f"{start:%Y%m%d%H%M}", f"{end:%Y%m%d%H%M}")
    assert [next(iter(body)) for body in hook.told] == ["data", "for_user_id", "replay_job_status"]


def test_signature_is_that_of_the_documentation() -> None:
    assert signed("consumer_secret", b'{"data":{}}') == (
        "sha256=c/AYE/5msFOwNKqhikrT9HemPLNWB+FZabPLm+a1dro="
    )
