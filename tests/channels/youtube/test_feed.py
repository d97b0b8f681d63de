"""Comments are found as they are written, within the day's units."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.channels.youtube import YouTube
from bot.errors import AccountStopped
from bot.messages import Inbound
from tests.channels.youtube.contract import SECRETS, account
from tests.channels.youtube.rests import Rests
from tests.fakes.clock import FakeClock
from tests.fakes.follower import Follower
from tests.fakes.product import eventually
from tests.fakes.youtube import Drop, FakeYouTube, Page, Person, Refuse


async def test_new_comments_and_replies_are_told_once(follower: Follower, ann: Person, bob: Person) -> None:
    top = ann.writes("Where is my bag?")
    assert (await follower.only()).message_id == top
    bob.replies(top, "And mine?")
    first, second = await follower.batch()
    # Told again with its thread; the inbox knows it.
    assert (first.message_id, second.text) == (top, "And mine?")
    other = bob.writes("Nice film")
    assert (await follower.only()).message_id == other


async def test_unchanged_threads_are_not_told_again(
    follower: Follower, youtube: FakeYouTube, ann: Person, rests: Rests
) -> None:
    ann.writes("Where is my bag?")
    await follower.only()
    waiting = asyncio.create_task(follower.only())
    await eventually(lambda: len(rests.taken) > 5)
    assert not waiting.done()
    waiting.cancel()
    assert youtube.calls["commentThreads"] >= 5


async def test_all_replies_are_fetched_where_more_came_than_go_along(
    follower: Follower, youtube: FakeYouTube, ann: Person, bob: Person
) -> None:
    top = ann.writes("Where is my bag?")
    for number in range(130):
        bob.replies(top, f"Reply {number}")
    events = await follower.batch()
    assert len({event.message_id for event in events}) == 131
    assert youtube.calls["comments"] == 2
    bob.writes("Nice film")
    await follower.only()
    assert youtube.calls["comments"] == 2


async def test_edit_is_told_under_an_id_of_its_own(
    follower: Follower, youtube: FakeYouTube, clock: FakeClock, ann: Person
) -> None:
    top = ann.writes("Where is my bga?", minutes=5)
    assert (await follower.only()).event_id == top
    youtube.wall.edit(top, "Where is my bag?")
    first, edit = await follower.batch()
    assert (first.event_id, edit.kind, edit.text) == (top, "edited", "Where is my bag?")
    assert edit.event_id.startswith(f"{top}#edited#")


async def test_held_comment_is_told_when_it_is_released(
    follower: Follower, youtube: FakeYouTube, ann: Person
) -> None:
    held = ann.writes("Where is my bag?", status="heldForReview", minutes=2)
    top = ann.writes("Anybody?", minutes=1)
    assert (await follower.only()).message_id == top
    youtube.wall.threads[held].status = "published"
    assert (await follower.only()).message_id == held


async def test_what_is_older_than_three_days_is_left_alone(
    follower: Follower, ann: Person, bob: Person
) -> None:
    ann.writes("First!", days=4)
    old = ann.writes("What a view!", days=20)
    bob.replies(old, "Where is it?", hours=2)
    event = await follower.only()
    assert (event.text, event.address.thread) == ("Where is it?", old)


async def test_reply_to_an_old_thread_is_found_behind_many_newer_ones(
    youtube: FakeYouTube, clock: FakeClock, ann: Person, bob: Person, rests: Rests
) -> None:
    old = ann.writes("What a view!", days=20)
    for number in range(110):
        bob.writes(f"Comment {number}", days=10)
    new = ann.writes("Where is my bag?")
    options = youtube.options | {"daily_quota": "2000"}
    channel = YouTube(account(**options), SECRETS, clock=clock, rest=rests)
    follower = Follower(channel)
    assert (await follower.only()).message_id == new
    bob.replies(old, "Where is it?", minutes=1)
    assert (await follower.only()).text == "Where is it?"
    bob.replies(old, "And how far?")
    assert [event.text for event in await follower.batch()] == ["Where is it?", "And how far?"]
    assert 3_600 <= sum(rests.taken) <= 3_900
    # Two looks went far back, those between them did not.
    assert youtube.calls["commentThreads"] == len(rests.taken) + 1 + 2
    await follower.stop()
    await channel.close()


async def test_all_that_was_written_since_the_last_look_is_found(
    follower: Follower, ann: Person, bob: Person
) -> None:
    ann.writes("Where is my bag?")
    await follower.only()
    for number in range(230):
        bob.writes(f"Comment {number}")
    found = {(await follower.only()).text for _ in range(230)}
    assert len(found) == 230


async def test_look_goes_no_further_back_than_the_one_before(
    follower: Follower, youtube: FakeYouTube, ann: Person, bob: Person
) -> None:
    for number in range(150):
        bob.writes(f"Comment {number}", hours=5)
    for _ in range(150):
        await follower.only()
    ann.writes("Where is my bag?")
    await follower.only()
    assert youtube.calls["commentThreads"] == 3
    ann.writes("Hello?")
    await follower.only()
    assert youtube.calls["commentThreads"] == 4


async def test_colleague_is_told_once_our_own_receipts_are_stored(
    follower: Follower, youtube: FakeYouTube, clock: FakeClock, ann: Person
) -> None:
    top = ann.writes("Where is my bag?")
    began = clock()
    youtube.owner.replies(top, "In Paris.")
    assert (await follower.only()).kind == "message"
    _, colleague = await follower.batch()
    assert (colleague.kind, colleague.text) == ("colleague", "In Paris.")
    assert clock() - began >= timedelta(minutes=1)


async def test_body_that_was_not_stored_is_told_again(channel: YouTube, ann: Person) -> None:
    top = ann.writes("Where is my bag?")
    for _ in range(2):
        follower = Follower(channel)
        assert (await follower.only()).message_id == top
        await follower.stop()


async def told_by_history(channel: YouTube, since: datetime) -> list[Inbound]:
    bodies = channel.history(since)
    assert bodies is not None
    return [event for body in [each async for each in bodies] for event in channel.parse(body)]


async def test_history_tells_everything_since_then_whatever_was_told(
    follower: Follower, channel: YouTube, clock: FakeClock, ann: Person, bob: Person
) -> None:
    old = ann.writes("What a view!", days=20)
    bob.replies(old, "Where is it?", hours=20)
    top = ann.writes("Where is my bag?", minutes=30)
    events = [await follower.only(), await follower.only()]
    assert events[0].message_id == top
    assert await told_by_history(channel, clock() - timedelta(days=1)) == events


async def test_history_leaves_to_the_looks_what_they_may_still_tell(
    channel: YouTube, clock: FakeClock, ann: Person, bob: Person
) -> None:
    top = ann.writes("Where is my bag?", minutes=15)
    bob.replies(top, "And mine?", minutes=5)
    bob.writes("Nice film", minutes=5)
    since = clock() - timedelta(minutes=10)
    assert [event.message_id for event in await told_by_history(channel, since)] == [top]
    clock.forward(minutes=10)
    told = await told_by_history(channel, since + timedelta(minutes=10))
    assert {event.text for event in told} == {"And mine?", "Nice film"}


async def test_history_asks_for_the_replies_of_a_thread_once(
    channel: YouTube, youtube: FakeYouTube, clock: FakeClock, ann: Person, bob: Person
) -> None:
    top = ann.writes("Where is my bag?", hours=1)
    for number in range(8):
        bob.replies(top, f"Reply {number}", minutes=30)
    for _ in range(3):
        assert await told_by_history(channel, clock() - timedelta(hours=2))
    assert (youtube.calls["commentThreads"], youtube.calls["comments"]) == (3, 1)


async def test_used_up_quota_is_waited_for_and_stops_no_account(
    follower: Follower, youtube: FakeYouTube, clock: FakeClock, ann: Person, rests: Rests
) -> None:
    youtube.units.use_up()
    top = ann.writes("Where is my bag?")
    assert (await follower.only()).message_id == top
    assert sum(rests.taken) == pytest.approx(20 * 3600, abs=10)
    # Asked once, refused, and again when the day was over.
    assert youtube.calls["commentThreads"] == 2


async def test_looking_takes_its_share_of_the_units(
    follower: Follower, youtube: FakeYouTube, clock: FakeClock
) -> None:
    waiting = asyncio.create_task(follower.only())
    end = clock() + timedelta(hours=2)
    await eventually(lambda: clock() >= end)
    waiting.cancel()
    share = (clock() - end + timedelta(hours=2)) / timedelta(days=1) * 3_000
    assert youtube.units.used == pytest.approx(share, rel=0.02)


@pytest.mark.parametrize(
    "fault",
    [
        Refuse(500, "backendError"),
        Refuse(403, "rateLimitExceeded"),
        Refuse(400, "processingFailure"),
        Refuse(429, retry_after=100),
        Page(502),
        Page(302),
        Page(200),
        Drop(),
        Drop(after=True),
    ],
    ids=str,
)
async def test_failures_are_survived(
    follower: Follower, youtube: FakeYouTube, ann: Person, rests: Rests, fault: Refuse
) -> None:
    # Twice: a connection that breaks is tried again at once.
    youtube.faults.order("commentThreads", fault, fault)
    top = ann.writes("Where is my bag?")
    assert (await follower.only()).message_id == top
    assert 5 <= rests.taken[0] <= 100


async def test_replies_of_a_comment_that_is_deleted_meanwhile_are_done_without(
    follower: Follower, youtube: FakeYouTube, ann: Person, bob: Person
) -> None:
    top = ann.writes("Where is my bag?")
    for number in range(6):
        bob.replies(top, f"Reply {number}")
    youtube.faults.order("comments", Refuse(404, "commentNotFound"))
    assert len(await follower.batch()) == 6


@pytest.mark.parametrize("reason", ["forbidden", "channelNotFound", "commentsDisabled"])
async def test_channel_that_may_not_be_read_stops_the_account(
    follower: Follower, youtube: FakeYouTube, reason: str
) -> None:
    youtube.faults.order("commentThreads", Refuse(403, reason))
    with pytest.raises(AccountStopped, match=reason):
        await follower.batch()


async def test_permission_that_was_taken_back_stops_the_account(
    follower: Follower, youtube: FakeYouTube, ann: Person
) -> None:
    ann.writes("Where is my bag?")
    await follower.only()
    youtube.revoke()
    with pytest.raises(AccountStopped, match="invalid_grant"):
        await follower.batch()


async def test_smaller_quota_is_looked_with_less_often(
    youtube: FakeYouTube, clock: FakeClock, ann: Person, rests: Rests
) -> None:
    ann.writes("Where is my bag?")
    options = youtube.options | {"daily_quota": "2000"}
    channel = YouTube(account(**options), SECRETS, clock=clock, rest=rests)
    follower = Follower(channel)
    await follower.only()
    ann.writes("Hello?")
    await follower.only()
    assert rests.taken == [144]
    await follower.stop()
    await channel.close()
