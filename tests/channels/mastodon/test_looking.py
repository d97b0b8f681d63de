"""What is looked for once more, and what others say about the brand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.base import Channel
from bot.channels.mastodon import Mastodon
from bot.errors import AccountStopped, BrandError, DeliveryLater, DeliveryRefused
from bot.messages import Inbound
from tests.channels.mastodon.contract import TOKEN, account
from tests.channels.mastodon.rests import NOW
from tests.fakes.follower import Follower
from tests.fakes.paper_instance import Json, PaperInstance, mention, status

MENTIONS, SEARCH = "/api/v1/notifications", "/api/v2/search"
HOUR_AGO = NOW - timedelta(hours=1)
LONG_AGO = "2026-10-31T10:00:00.000Z"


@pytest.fixture
async def channel(paper: PaperInstance) -> AsyncIterator[Mastodon]:
    """A channel that searches for the brand."""
    built = searching(paper, "Nimbea")
    yield built
    await built.close()


def searching(paper: PaperInstance, words: str) -> Mastodon:
    our = account(base_url=paper.url, search=words)
    return Mastodon(our, {"token": TOKEN}, clock=lambda: NOW)


async def events(channel: Channel, bodies: AsyncIterator[bytes] | None) -> list[Inbound]:
    assert bodies is not None
    return [event for body in [each async for each in bodies] for event in channel.parse(body)]


def about(number: str, **more: Any) -> Json:
    """A status that speaks of the brand to nobody in particular."""
    told = status(number, **more)
    return {**told, "mentions": [], "url": f"https://other.example/@ann/{number}", **more}


async def test_mentions_are_told_again_under_the_same_ids_the_oldest_first(
    paper: PaperInstance, channel: Mastodon, follower: Follower
) -> None:
    paper.marker = "0"
    paper.notifications = [mention(f"9{number}", status(f"5{number}", f"hi {number}")) for number in range(5)]
    polled = [await follower.next() for _ in range(5)]
    found = await events(channel, channel.history(HOUR_AGO))
    assert [(e.event_id, e.address, e.text) for e in found] == [
        (e.event_id, e.address, e.text) for e in polled
    ]


async def test_older_mentions_are_not_asked_for(paper: PaperInstance, channel: Mastodon) -> None:
    old = [mention(f"8{number}", status(f"4{number}"), created_at=LONG_AGO) for number in range(9)]
    paper.notifications = [*old, mention("90", status("50"))]
    assert len(await events(channel, channel.history(HOUR_AGO))) == 1
    assert paper.calls[MENTIONS] == 1


async def test_what_this_process_has_stored_is_not_told_again(
    paper: PaperInstance, follower: Follower
) -> None:
    paper.marker = "0"
    paper.notifications = [mention("90", status("50")), mention("91", status("51"))]
    for _ in range(2):
        await follower.next()
    found = await events(follower.channel, follower.channel.history(HOUR_AGO))
    # the last one is taken with the next body that is asked for
    assert [event.event_id for event in found] == ["51"]


async def test_posts_about_the_brand_are_mentions(paper: PaperInstance, channel: Mastodon) -> None:
    paper.posts = [about("50"), about("51")]
    first, second = await events(channel, channel.search(HOUR_AGO))
    assert (first.kind, first.event_id, first.message_id) == ("mention", "mention/50", "50")
    assert (first.address.surface, first.address.chat, first.address.person) == (
        "public",
        "50",
        "ann@other.example",
    )
    assert first.url == "https://other.example/@ann/50"
    assert second.event_id == "mention/51"
    assert set(paper.asked) == {"statuses: Nimbea"}


async def test_a_post_within_a_thread_is_answered_there(paper: PaperInstance, channel: Mastodon) -> None:
    paper.posts = [about("50", in_reply_to_id="40", in_reply_to_account_id="66")]
    paper.contexts["50"] = {"ancestors": [status("30"), status("40")]}
    (event,) = await events(channel, channel.search(HOUR_AGO))
    assert event.address.chat == "30"


@pytest.mark.parametrize(
    "more",
    [
        {"visibility": "private"},
        {"visibility": "direct"},
        {"account": {"id": "1", "acct": "shop", "username": "shop"}},
        {"account": {"id": "66", "acct": "news", "bot": True}},
        {"in_reply_to_id": "40", "in_reply_to_account_id": "1"},
        {"mentions": status("1")["mentions"]},
    ],
)
async def test_what_is_ours_or_to_us_or_not_for_all_is_no_mention(
    paper: PaperInstance, channel: Mastodon, more: Json
) -> None:
    paper.posts = [about("50", **more)]
    assert await events(channel, channel.search(HOUR_AGO)) == []


async def test_pages_are_followed_until_what_was_said_before(paper: PaperInstance, channel: Mastodon) -> None:
    old = [about(f"4{number}", created_at=LONG_AGO) for number in range(9)]
    paper.posts = [*old, *(about(f"5{number}") for number in range(7))]
    assert len(await events(channel, channel.search(HOUR_AGO))) == 7
    assert paper.calls[SEARCH] == 3


async def test_a_hashtag_has_its_own_timeline(paper: PaperInstance) -> None:
    channel = searching(paper, "#nimbea")
    paper.posts = [about("50")]
    assert len(await events(channel, channel.search(HOUR_AGO))) == 1
    assert set(paper.asked) == {"#nimbea"}
    await channel.close()


async def test_an_instance_without_full_text_search_finds_nothing(
    paper: PaperInstance, channel: Mastodon
) -> None:
    assert await events(channel, channel.search(HOUR_AGO)) == []


async def test_who_was_not_told_to_searches_nothing(paper: PaperInstance) -> None:
    channel = Mastodon(account(base_url=paper.url), {"token": TOKEN})
    assert channel.search(HOUR_AGO) is None
    with pytest.raises(BrandError, match="hashtag"):
        searching(paper, "#two tags")


@pytest.mark.parametrize("code", [401, 403])
async def test_a_token_without_the_scope_stops_no_account(
    paper: PaperInstance, channel: Mastodon, code: int
) -> None:
    refusal = '{"error": "This action is outside the authorized scopes"}'
    paper.refusals[SEARCH] = (code, {}, refusal)
    with pytest.raises(DeliveryRefused, match="read:search"):
        await events(channel, channel.search(HOUR_AGO))


async def test_a_dead_token_stops_the_account(paper: PaperInstance, channel: Mastodon) -> None:
    paper.refusals["/api/v1/accounts/verify_credentials"] = (401, {}, "{}")
    for bodies in (channel.search(HOUR_AGO), channel.history(HOUR_AGO)):
        with pytest.raises(AccountStopped):
            await events(channel, bodies)


async def test_an_instance_that_has_enough_says_until_when(paper: PaperInstance, channel: Mastodon) -> None:
    reset = {"X-RateLimit-Reset": (NOW + timedelta(minutes=4)).isoformat()}
    paper.refusals[SEARCH] = (429, reset, "{}")
    with pytest.raises(DeliveryLater) as caught:
        await events(channel, channel.search(HOUR_AGO))
    assert caught.value.retry_after == 240
