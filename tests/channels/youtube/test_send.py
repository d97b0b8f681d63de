"""Answers below comments, and what YouTube's refusals mean."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channels.youtube import YouTube
from bot.errors import (
    AccountStopped,
    BrandError,
    DeliveryError,
    DeliveryLater,
    DeliveryRefused,
    DeliveryUnknown,
    SettingsError,
)
from bot.messages import Address, Button, Outbound
from tests.channels.youtube.contract import HELP, SECRETS, account, build
from tests.fakes.clock import FakeClock
from tests.fakes.follower import Follower
from tests.fakes.youtube import REFRESH_TOKEN, SECRET, Drop, FakeYouTube, Page, Person, Refuse, Slow
from tests.servers import free_port


def outbound(top: str, text: str = "In Paris.", person: str = "UC1", **more: Any) -> Outbound:
    address = Address(
        channel="youtube", account="shop_uk", surface="public", chat="v", thread=top, person=person
    )
    return Outbound(id=1, address=address, text=text, purpose="answer", **more)


async def test_answer_stands_below_the_comment(channel: YouTube, youtube: FakeYouTube, ann: Person) -> None:
    top = ann.writes("Where is my bag?")
    receipt = await channel.send(outbound(top, reply_to=top))
    found = youtube.wall.find(receipt.message_id)
    assert found
    assert (found.text, found.author, found.parent and found.parent.id) == ("In Paris.", youtube.owner, top)
    assert youtube.units.used == 50


async def test_who_did_not_begin_the_thread_is_called_by_name(
    channel: YouTube, youtube: FakeYouTube, ann: Person, bob: Person
) -> None:
    top = ann.writes("Where is my bag?")
    reply = bob.replies(top, "And mine?")
    await channel.send(outbound(top, reply_to=reply, person=bob.id))
    assert youtube.written_below(top) == ["@bob.k In Paris."]
    assert youtube.units.used == 51


async def test_name_that_was_read_is_not_asked_for(
    channel: YouTube, follower: Follower, youtube: FakeYouTube, ann: Person, bob: Person
) -> None:
    top = ann.writes("Where is my bag?")
    reply = bob.replies(top, "And mine?")
    await follower.batch()
    await channel.send(outbound(top, reply_to=reply, person=bob.id))
    assert youtube.written_below(top) == ["@bob.k In Paris."]
    assert youtube.calls["comments"] == 0


async def test_own_answer_comes_back_to_whom_it_was_given(
    channel: YouTube, follower: Follower, youtube: FakeYouTube, ann: Person, bob: Person
) -> None:
    top = ann.writes("Where is my bag?")
    reply = bob.replies(top, "And mine?")
    await follower.batch()
    said = "In\nParis: <here> & now, @bea. Or ask@nimbea.example."
    receipt = await channel.send(outbound(top, said, reply_to=reply, person=bob.id))
    assert youtube.written_below(top)[0].endswith("@\u2060bea. Or ask@nimbea.example.")
    (back,) = [event for event in await follower.batch() if event.kind == "colleague"]
    assert (back.message_id, back.address.person) == (receipt.message_id, bob.id)
    assert back.text == said


async def test_quick_replies_are_a_list(channel: YouTube, youtube: FakeYouTube, ann: Person) -> None:
    top = ann.writes("A seat?")
    await channel.send(outbound(top, "Which one?", buttons=(Button(title="Window", payload="w"),)))
    assert youtube.written_below(top) == ["Which one?\n\n• Window"]


async def test_answer_to_a_deleted_comment_is_refused(
    channel: YouTube, youtube: FakeYouTube, ann: Person, bob: Person
) -> None:
    top = ann.writes("Where is my bag?")
    reply = bob.replies(top, "And mine?")
    youtube.wall.delete(reply)
    with pytest.raises(DeliveryRefused, match="not there"):
        await channel.send(outbound(top, reply_to=reply))
    youtube.wall.delete(top)
    with pytest.raises(DeliveryRefused, match="parentCommentNotFound"):
        await channel.send(outbound(top, reply_to=top))


async def test_nothing_is_sent_in_private(channel: YouTube, youtube: FakeYouTube, ann: Person) -> None:
    top = ann.writes("Where is my bag?")
    with pytest.raises(DeliveryRefused, match="private"):
        await channel.send(outbound(top, in_private=True))
    assert not youtube.calls


FAILURES: list[tuple[Refuse | Page | Drop, type[DeliveryError]]] = [
    (Refuse(403, "rateLimitExceeded"), DeliveryLater),
    (Refuse(403, "userRateLimitExceeded"), DeliveryLater),
    (Refuse(429), DeliveryLater),
    (Refuse(500, "backendError"), DeliveryLater),
    (Refuse(503, "backendError"), DeliveryLater),
    (Page(302), DeliveryLater),
    (Page(502), DeliveryUnknown),
    (Page(504), DeliveryUnknown),
    (Page(200), DeliveryUnknown),
    (Page(200, "[1]"), DeliveryUnknown),
    (Page(200, "{}"), DeliveryUnknown),
    (Drop(), DeliveryUnknown),
    (Drop(after=True), DeliveryUnknown),
    (Refuse(403, "commentsDisabled"), DeliveryRefused),
    (Refuse(403, "forbidden"), DeliveryRefused),
    (Refuse(404, "videoNotFound"), DeliveryRefused),
    (Refuse(404, "parentCommentNotFound"), DeliveryRefused),
    (Refuse(400, "processingFailure"), DeliveryRefused),
    (Refuse(400, "operationNotSupported"), DeliveryRefused),
    (Refuse(400, "parentCommentIsPrivate"), DeliveryRefused),
    (Refuse(400, "commentTextTooLong"), DeliveryRefused),
    (Refuse(403, "ineligibleAccount"), AccountStopped),
    (Refuse(403, "insufficientPermissions"), AccountStopped),
    (Refuse(403, "accessNotConfigured"), AccountStopped),
    (Refuse(403, "authenticatedUserAccountSuspended"), AccountStopped),
]


@pytest.mark.parametrize(("fault", "kind"), FAILURES, ids=str)
async def test_failures_say_whether_to_try_again(
    channel: YouTube, youtube: FakeYouTube, ann: Person, fault: Refuse, kind: type[DeliveryError]
) -> None:
    top = ann.writes("Where is my bag?")
    youtube.faults.order("insert", fault)
    with pytest.raises(kind) as caught:
        await channel.send(outbound(top))
    assert type(caught.value) in (kind, *kind.__subclasses__())
    assert "made-up" not in str(caught.value)


async def test_wait_that_is_asked_for_is_told(channel: YouTube, youtube: FakeYouTube, ann: Person) -> None:
    top = ann.writes("Where is my bag?")
    youtube.faults.order("insert", Refuse(429, retry_after=30))
    with pytest.raises(DeliveryLater) as caught:
        await channel.send(outbound(top))
    assert caught.value.retry_after == 30


async def test_answer_that_takes_too_long_is_unknown(
    youtube: FakeYouTube, clock: FakeClock, ann: Person
) -> None:
    top = ann.writes("Where is my bag?")
    hasty = YouTube(account(**youtube.options), SECRETS, timeout=0.2, clock=clock)
    youtube.faults.order("insert", Slow(0.6))
    with pytest.raises(DeliveryUnknown):
        await hasty.send(outbound(top))
    assert youtube.written_below(top) == ["In Paris."]
    await hasty.close()


async def test_server_that_is_away_is_tried_later(clock: FakeClock) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    channel = YouTube(account(base_url=url, token_url=f"{url}/token"), SECRETS, clock=clock)
    with pytest.raises(DeliveryLater):
        await channel.send(outbound("Ug1"))
    with pytest.raises(DeliveryLater):
        await channel.check()
    await channel.close()


async def test_used_up_quota_is_waited_for_until_midnight_of_the_pacific_coast(
    channel: YouTube, youtube: FakeYouTube, clock: FakeClock, ann: Person
) -> None:
    top = ann.writes("Where is my bag?")
    youtube.units.use_up()
    for asked in (1, 1):
        with pytest.raises(DeliveryLater) as caught:
            await channel.send(outbound(top))
        # Known after the first refusal: nothing is asked any more.
        assert (caught.value.retry_after, youtube.calls["insert"]) == (20 * 3600, asked)
    clock.forward(hours=20)
    await channel.send(outbound(top))
    assert youtube.written_below(top) == ["In Paris."]


async def test_answers_leave_units_for_looking(
    channel: YouTube, youtube: FakeYouTube, follower: Follower, ann: Person
) -> None:
    top = ann.writes("Where is my bag?")
    for _ in range(140):
        await channel.send(outbound(top))
    with pytest.raises(DeliveryLater, match="for answers"):
        await channel.send(outbound(top))
    assert youtube.units.used == 7_000
    assert await follower.batch()


async def test_access_token_is_kept_until_it_expires(
    channel: YouTube, youtube: FakeYouTube, clock: FakeClock, ann: Person
) -> None:
    top = ann.writes("Where is my bag?")
    await asyncio.gather(*(channel.send(outbound(top)) for _ in range(3)))
    assert youtube.calls["token"] == 1
    clock.forward(minutes=59, seconds=30)
    await channel.send(outbound(top))
    assert youtube.calls["token"] == 2


async def test_access_token_that_is_refused_is_replaced_once(
    channel: YouTube, youtube: FakeYouTube, ann: Person
) -> None:
    top = ann.writes("Where is my bag?")
    await channel.send(outbound(top))
    youtube.expire()
    await channel.send(outbound(top))
    assert (youtube.calls["token"], len(youtube.written_below(top))) == (2, 2)
    youtube.faults.order("insert", Refuse(401, "authError"), Refuse(401, "authError"))
    with pytest.raises(AccountStopped):
        await channel.send(outbound(top))
    assert youtube.calls["token"] == 3


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Refuse(400), AccountStopped),
        (Refuse(401), AccountStopped),
        (Refuse(429), DeliveryLater),
        (Refuse(503), DeliveryLater),
        (Page(200), DeliveryLater),
        (Page(302), DeliveryLater),
        (Drop(), DeliveryLater),
    ],
    ids=str,
)
async def test_token_that_is_not_given_leaves_nothing_unknown(
    channel: YouTube, youtube: FakeYouTube, ann: Person, fault: Refuse, kind: type[DeliveryError]
) -> None:
    youtube.faults.order("token", fault)
    with pytest.raises(kind):
        await channel.send(outbound(ann.writes("Where is my bag?")))


async def test_permission_that_was_taken_back_stops_the_account(
    channel: YouTube, youtube: FakeYouTube, ann: Person
) -> None:
    youtube.revoke()
    with pytest.raises(AccountStopped, match="invalid_grant"):
        await channel.send(outbound(ann.writes("Where is my bag?")))
    with pytest.raises(AccountStopped):
        await channel.check()


async def test_check_says_whose_token_it_is(channel: YouTube, youtube: FakeYouTube) -> None:
    assert await channel.check() == "@nimbea (Nimbéa)"
    assert youtube.units.used == 1


async def test_token_of_another_channel_is_no_good(youtube: FakeYouTube, clock: FakeClock) -> None:
    options = youtube.options | {"channel_id": "UC" + "x" * 22}
    channel = YouTube(account(**options), SECRETS, clock=clock)
    with pytest.raises(AccountStopped, match="UCnimbea"):
        await channel.check()
    await channel.close()


async def test_check_without_units_doubts_nobody(channel: YouTube, youtube: FakeYouTube) -> None:
    youtube.units.use_up()
    assert "used up" in await channel.check()


async def test_no_token_is_in_an_address(channel: YouTube, youtube: FakeYouTube, ann: Person) -> None:
    await channel.check()
    await channel.send(outbound(ann.writes("Where is my bag?")))
    assert "made-up" not in str(youtube.queries)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"channel_id": "@nimbea"}, "channel_id"),
        ({"client_id": ""}, "client_id"),
        ({"private_url": "write to us"}, "private_url"),
        ({"private_url": f"{HELP}?case={{reference}}"}, "private_url"),
        ({"daily_quota": "lots"}, "daily_quota"),
        ({"daily_quota": "50"}, "daily_quota"),
        ({"base_url": "https://user:word@www.example"}, "base_url"),
        ({"interval": "1s"}, "interval"),
    ],
)
def test_wrong_option_is_named(options: dict[str, str], word: str) -> None:
    with pytest.raises(BrandError, match=word):
        YouTube(account(**options), SECRETS)


@pytest.mark.parametrize("name", ["client_secret", "refresh_token"])
def test_missing_secret_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        YouTube(account(), SECRETS | {name: ""})


def test_way_to_private_may_lead_on_with_the_same_case() -> None:
    channel = YouTube(account(private_url="https://t.me/nimbea_bot?start={token}"), SECRETS)
    assert channel.private_link("abc") == "https://t.me/nimbea_bot?start=abc"


def test_secrets_are_never_shown() -> None:
    shown = repr(vars(build()))
    assert SECRET not in shown
    assert REFRESH_TOKEN not in shown
