"""What happens to an account, as it happens and after a gap."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta

import pytest

from bot.channels.mastodon import Mastodon
from bot.errors import AccountStopped, BadPayload, DeliveryLater
from bot.messages import Inbound
from tests.channels.mastodon.contract import TOKEN, account
from tests.channels.mastodon.rests import NOW, Rests, channel_of
from tests.fakes.follower import Follower
from tests.fakes.mastodon import MISSING, PYTHON, MastodonMock, Somebody, mastodon_mock
from tests.fakes.paper_instance import CLOSE, PaperInstance, mention, status

STREAM = "/api/v1/streaming/user"


async def ready(mastodon: MastodonMock, shop: Somebody) -> Follower:
    """A follower that has begun."""
    follower = Follower(Mastodon(account(base_url=mastodon.url), {"token": shop.token}))
    first = follower.soon()
    while not first.done():
        mastodon.person("bob").says(f"@{shop.acct} are you there?", visibility="direct")
        await asyncio.wait({first}, timeout=0.3)
    assert (await first).text == "are you there?"
    return follower


async def next_of(follower: Follower, text: str) -> Inbound:
    """The event with a text: what was asked to begin with may come more than once."""
    while (event := await follower.next()).text != text:
        assert event.text == "are you there?"
    return event


@pytest.mark.servers
@pytest.mark.timeout(60)
async def test_mentions_come_as_they_happen(mastodon: MastodonMock, shop: Somebody, ann: Somebody) -> None:
    follower = await ready(mastodon, shop)
    root = ann.says("How do I travel with @somebody?")
    asked = ann.says(f"@{shop.acct} what about my bag?", to=root)
    ann.likes(asked)
    event = await next_of(follower, "what about my bag?")
    assert (event.address.key, event.message_id) == (f"public/{root}//ann", asked)
    ann.says(f"@{shop.acct} my number is X1", visibility="direct")
    assert (await next_of(follower, "my number is X1")).address.key == "private/ann"
    await follower.stop()


@pytest.mark.servers
@pytest.mark.timeout(60)
async def test_what_was_there_before_the_first_start_is_not_answered(
    mastodon: MastodonMock, shop: Somebody, ann: Somebody
) -> None:
    ann.says(f"@{shop.acct} long ago")
    follower = await ready(mastodon, shop)
    await follower.stop()


@pytest.mark.servers
@pytest.mark.timeout(60)
async def test_what_came_while_the_process_was_down_is_fetched(
    mastodon: MastodonMock, shop: Somebody, ann: Somebody
) -> None:
    follower = await ready(mastodon, shop)
    await follower.stop()
    said = [f"number {number}" for number in range(50)]  # more than a page
    for text in said:
        ann.says(f"@{shop.acct} {text}")
    again = Follower(Mastodon(account(base_url=mastodon.url), {"token": shop.token}))
    assert [(await next_of(again, text)).text for text in said] == said
    await again.stop()


@pytest.mark.servers
@pytest.mark.timeout(60)
async def test_deletion_is_told_of_the_conversation(
    mastodon: MastodonMock, shop: Somebody, ann: Somebody
) -> None:
    follower = await ready(mastodon, shop)
    # This server tells only followers and the author of a deletion; an instance all who are mentioned.
    mastodon.call("POST", f"/api/v1/accounts/{account_id(mastodon, ann)}/follow", {}, shop.token)
    asked = ann.says(f"@{shop.acct} what about my bag?")
    await next_of(follower, "what about my bag?")
    ann.deletes(asked)
    event = await follower.next()
    assert (event.kind, event.message_id, event.address.key) == ("deleted", asked, f"public/{asked}//ann")
    await follower.stop()


def account_id(mastodon: MastodonMock, somebody: Somebody) -> str:
    found = mastodon.call("GET", "/api/v1/accounts/verify_credentials", token=somebody.token)
    return str(found["id"])


@pytest.mark.servers
@pytest.mark.timeout(60)
async def test_stream_that_breaks_is_taken_up_again() -> None:
    if not PYTHON.exists():
        pytest.skip(MISSING)
    with mastodon_mock(heartbeat=0.3) as server:  # which ends an idle stream with an error
        shop, ann = server.shop(), server.person("ann")
        broken = asyncio.Event()

        async def rest(seconds: float) -> None:
            broken.set()
            await asyncio.sleep(0.05)

        follower = Follower(Mastodon(account(base_url=server.url), {"token": shop.token}, rest=rest))
        for text in ("one", "two"):
            waiting = follower.soon()
            await broken.wait()
            ann.says(f"@{shop.acct} {text}")
            assert (await waiting).text == text
            broken.clear()
        await follower.stop()


# With an instance on paper.


async def test_connected_stream_brings_mentions_once(paper: PaperInstance, follower: Follower) -> None:
    waiting = follower.soon()
    first = mention("9", status("5"))
    await paper.push("notification", first)
    assert (await waiting).message_id == "5"
    await paper.push("notification", first)
    await paper.push("notification", mention("10", status("6")))
    assert (await follower.next()).message_id == "6"


async def test_only_mentions_are_taken(paper: PaperInstance, follower: Follower) -> None:
    waiting = follower.soon()
    for kind in ("favourite", "follow", "reblog", "poll", "admin.report", "quote"):
        await paper.push("notification", mention("8", status("4"), type=kind))
    await paper.push("update", status("3"))
    await paper.push("filters_changed", "undefined")
    await paper.push("notification", "{not json")
    await paper.push("notification", {"type": "mention"})
    await paper.push("notification", mention("9", status("5")))
    assert (await waiting).message_id == "5"


async def test_odd_status_is_refused_and_does_not_stop_the_ones_behind_it(
    paper: PaperInstance, follower: Follower
) -> None:
    waiting = asyncio.create_task(follower.raw())
    await paper.push("notification", mention("9", status("5", created_at="yesterday")))
    with pytest.raises(BadPayload):
        follower.channel.parse(await waiting)
    await paper.push("notification", mention("10", status("6")))
    assert (await follower.next()).message_id == "6"


async def test_gap_is_fetched_page_by_page_and_numbers_are_compared_by_length_first(
    paper: PaperInstance, rests: Rests, follower: Follower
) -> None:
    paper.marker = "98"
    paper.notifications = [mention(str(number), status(f"s{number}")) for number in range(95, 109)]
    found = [(await follower.next()).message_id for _ in range(10)]
    assert found == [f"s{number}" for number in range(99, 109)]
    await paper.write(b":thump\n")
    waiting = follower.soon()
    await paper.called("/api/v1/markers", 2)
    waiting.cancel()
    assert paper.marker == "108"


async def test_first_start_begins_with_what_is_newest(paper: PaperInstance, follower: Follower) -> None:
    paper.notifications = [mention(str(number), status(f"s{number}")) for number in (9, 10)]
    waiting = follower.soon()
    await paper.called(STREAM, 1)
    paper.notifications.append(mention("11", status("s11")))
    await paper.push("notification", paper.notifications[-1])
    assert (await waiting).message_id == "s11"
    assert paper.marker == "10"


async def test_first_start_of_a_new_account_misses_nothing_afterwards(
    paper: PaperInstance, rests: Rests, follower: Follower
) -> None:
    waiting = follower.soon()
    await paper.called(STREAM, 1)
    assert paper.marker == "0"
    waiting.cancel()
    paper.notifications = [mention("1", status("5"))]
    again = Follower(channel_of(paper, rests))
    assert (await again.next()).message_id == "5"
    await again.stop()


async def test_body_that_was_not_stored_comes_again(paper: PaperInstance, rests: Rests) -> None:
    paper.marker, paper.notifications = "8", [mention("9", status("5")), mention("10", status("6"))]
    channel = channel_of(paper, rests)
    assert (await Follower(channel).next()).message_id == "5"
    second = Follower(channel)
    assert [(await second.next()).message_id for _ in range(2)] == ["5", "6"]
    await second.stop()


async def test_dropped_stream_is_taken_up_without_loss_or_repetition(
    paper: PaperInstance, follower: Follower
) -> None:
    paper.marker, paper.notifications = "7", [mention("9", status("5"))]
    waiting = follower.soon()
    await paper.push("notification", paper.notifications[0])
    assert (await waiting).message_id == "5"
    waiting = follower.soon()
    # The number before was finished after it.
    paper.notifications = [mention("8", status("4")), *paper.notifications, mention("10", status("6"))]
    await paper.write(CLOSE)
    assert sorted([(await waiting).message_id, (await follower.next()).message_id]) == ["4", "6"]


async def test_silent_stream_is_given_up(paper: PaperInstance, rests: Rests) -> None:
    follower = Follower(channel_of(paper, rests, idle=0.2))
    waiting = follower.soon()
    await paper.called(STREAM, 3)
    paper.notifications = [mention("9", status("5"))]
    assert (await waiting).message_id == "5"
    assert rests.taken[:2] == [1.0, 2.0]
    await follower.stop()


async def test_signs_of_life_keep_a_silent_stream(paper: PaperInstance, rests: Rests) -> None:
    follower = Follower(channel_of(paper, rests, idle=0.5))
    waiting = follower.soon()
    for _ in range(8):
        await paper.write(b":thump\n")
        await asyncio.sleep(0.1)
    await paper.push("notification", mention("9", status("5")))
    assert (await waiting).message_id == "5"
    assert paper.calls[STREAM] == 1
    await follower.stop()


async def test_rests_grow_and_mentions_are_fetched_where_there_is_no_stream(
    paper: PaperInstance, rests: Rests, follower: Follower
) -> None:
    paper.refusals[STREAM] = (503, {}, "")
    waiting = follower.soon()
    await paper.called(STREAM, 8)
    paper.notifications = [mention("9", status("5"))]
    assert (await waiting).message_id == "5"
    assert rests.taken[:7] == [1, 2, 4, 8, 16, 32, 60]


async def test_rest_that_the_instance_asks_for_is_taken(
    paper: PaperInstance, rests: Rests, follower: Follower
) -> None:
    paper.refusals[STREAM] = (429, {"X-RateLimit-Reset": "2026-11-01T10:34:00.000Z"}, "")
    waiting = follower.soon()
    await paper.called(STREAM, 2)
    waiting.cancel()
    assert rests.taken[0] == 240


async def test_revoked_token_stops_the_account(paper: PaperInstance, follower: Follower) -> None:
    paper.refusals[STREAM] = (401, {}, '{"error": "The access token was revoked"}')
    with pytest.raises(AccountStopped):
        await follower.next()


async def test_instance_that_is_away_at_the_start_is_told(paper: PaperInstance, follower: Follower) -> None:
    paper.refusals["/api/v1/markers"] = (500, {}, "")
    with pytest.raises(DeliveryLater):
        await follower.next()


async def test_place_that_cannot_be_kept_stops_nothing(
    paper: PaperInstance, follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = follower.soon()
    await paper.push("notification", mention("9", status("5")))
    await waiting
    paper.refusals["/api/v1/markers"] = (403, {}, '{"error": "This action is outside the authorized scopes"}')
    waiting = follower.soon()
    with caplog.at_level(logging.WARNING):
        await paper.write(b":thump\n")
        await paper.push("notification", mention("10", status("6")))
        assert (await waiting).message_id == "6"
    assert "cannot keep the place" in caplog.text


async def test_stream_may_be_on_another_host(paper: PaperInstance, follower: Follower) -> None:
    paper.streaming = paper.url.replace("http://127.0.0.1", "ws://localhost")
    waiting = follower.soon()
    await paper.push("notification", mention("9", status("5")))
    assert (await waiting).message_id == "5"


async def test_mention_of_last_week_is_not_answered(paper: PaperInstance, follower: Follower) -> None:
    old = (NOW - timedelta(days=4)).isoformat()
    paper.marker = "7"
    paper.notifications = [mention("8", status("4"), created_at=old), mention("9", status("5"))]
    assert (await follower.next()).message_id == "5"


async def test_token_is_in_no_log_and_no_body(
    paper: PaperInstance, follower: Follower, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        waiting = asyncio.create_task(follower.raw())
        await paper.push("notification", mention("9", status("5")))
        body = json.loads(await waiting)
    assert TOKEN not in caplog.text
    assert TOKEN not in json.dumps(body)
