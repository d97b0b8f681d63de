"""What X tells when it is asked: what was missed, and who speaks of the brand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.channels.x import X
from bot.errors import DeliveryLater
from bot.messages import Inbound
from tests.channels.x.contract import SECRETS, account
from tests.fakes.clock import FakeClock
from tests.fakes.x import FakePerson, FakeShop, FakeX, Problem
from tests.fakes.x.webhook import Hook


async def told(channel: X, bodies: AsyncIterator[bytes] | None) -> list[Inbound]:
    assert bodies is not None
    return [event async for body in bodies for event in channel.parse(body)]


def said(events: list[Inbound]) -> list[tuple[str, str]]:
    return [(event.kind, event.text) for event in events]


async def test_history_has_our_answers_before_what_they_answer_and_messages(
    channel: X, x: FakeX, shop: FakeShop, ann: FakePerson, clock: FakeClock
) -> None:
    ann.posts("@shop too old")
    clock.forward(hours=1)
    since = clock()
    asked = ann.posts("@shop where is my bag?")
    shop.posts("On its way", below=asked)
    ann.writes(shop, "hello")
    shop.writes(ann, "good day")
    assert said(await told(channel, channel.history(since))) == [
        ("colleague", "On its way"),
        ("message", "where is my bag?"),
        ("message", "hello"),
        ("colleague", "good day"),
    ]


async def test_history_has_all_pages_the_oldest_first(channel: X, ann: FakePerson, clock: FakeClock) -> None:
    since = clock()
    for number in range(8):
        ann.posts(f"@shop number {number}")
    events = await told(channel, channel.history(since))
    assert [event.text for event in events] == [f"number {number}" for number in range(8)]


@pytest.mark.parametrize("number", [21, 22])
async def test_where_x_may_not_tell_all_that_is_said_first(
    channel: X, ann: FakePerson, clock: FakeClock, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    since = clock()
    for _ in range(number):
        ann.posts("@shop hello")
    first = (await told(channel, channel.history(since)))[0]
    # The fake has three posts on a page.
    has_gap = number > 3 * 7
    assert (first.kind == "gap", "X may not tell all" in caplog.text) == (has_gap, has_gap)
    if has_gap:
        assert (first.sent_at, first.address.account) == (since, channel.account)


async def test_old_messages_are_left_out(
    channel: X, x: FakeX, shop: FakeShop, ann: FakePerson, clock: FakeClock
) -> None:
    for number in range(5):
        ann.writes(shop, f"old {number}")
    clock.forward(hours=1)
    since = clock()
    ann.writes(shop, "new")
    assert said(await told(channel, channel.history(since))) == [("message", "new")]
    assert x.calls["past"] == 1


async def test_events_of_the_last_day_are_asked_for_once(
    channel: X, x: FakeX, shop: FakeShop, clock: FakeClock
) -> None:
    x.events.hooks["1"] = Hook("1", "https://relais.example/channels/x")
    clock.forward(hours=30)
    since = clock() - timedelta(hours=26)
    await told(channel, channel.history(since))
    await told(channel, channel.history(since))
    (replay,) = x.events.replays
    assert (replay["from_date"], replay["to_date"]) == ("202611211801", "202611221749")
    clock.forward(hours=1)
    await told(channel, channel.history(since))
    assert x.events.replays[1]["from_date"] == "202611221749"


async def test_what_happened_just_now_is_not_asked_for(channel: X, x: FakeX, clock: FakeClock) -> None:
    x.events.hooks["1"] = Hook("1", "https://relais.example/channels/x")
    await told(channel, channel.history(clock() - timedelta(minutes=20)))
    assert x.events.replays == []


async def test_history_goes_on_where_x_replays_nothing(
    channel: X, x: FakeX, ann: FakePerson, clock: FakeClock
) -> None:
    x.events.hooks["1"] = Hook("1", "https://relais.example/channels/x")
    x.faults.next("replay", Problem(403, "not in your plan"))
    ann.posts("@shop hello")
    assert len(await told(channel, channel.history(clock() - timedelta(hours=2)))) == 1


async def test_history_goes_on_without_the_webhooks(
    channel: X, x: FakeX, ann: FakePerson, clock: FakeClock
) -> None:
    x.faults.next("subscriptions", Problem(401, "Unauthorized"))
    ann.posts("@shop hello")
    assert len(await told(channel, channel.history(clock() - timedelta(hours=2)))) == 1


async def test_history_that_cannot_be_read_says_so(channel: X, x: FakeX, clock: FakeClock) -> None:
    x.limits.most["mentions"] = 0
    with pytest.raises(DeliveryLater):
        await told(channel, channel.history(clock()))


async def test_search_finds_who_speaks_of_us_and_not_who_speaks_to_us(
    channel: X, ann: FakePerson, shop: FakeShop, x: FakeX, clock: FakeClock
) -> None:
    since = clock()
    ann.posts("Nimbea lost my bag")
    ann.posts("@shop nimbea lost my bag")
    shop.posts("We are nimbea")
    x.person("300", "news", is_automated=True).posts("Nimbea in the news")
    (event,) = await told(channel, channel.search(since))
    assert (event.kind, event.text, event.url) == (
        "mention",
        "Nimbea lost my bag",
        f"https://x.com/i/web/status/{event.message_id}",
    )


def test_account_that_is_not_told_to_does_not_search(clock: FakeClock) -> None:
    assert X(account(), SECRETS).search(clock()) is None
