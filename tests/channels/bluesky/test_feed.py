"""What happens to an account, fetched from the network."""

from __future__ import annotations

import logging

import pytest

from bot.errors import AccountStopped, DeliveryLater
from tests.channels.bluesky.conftest import Following
from tests.channels.bluesky.contract import PASSWORD
from tests.channels.bluesky.follower import Follower, Rests
from tests.fakes.bluesky import Answer, Bluesky, Drop, FakePerson
from tests.fakes.clock import FakeClock

NOTIFICATIONS = "app.bsky.notification.listNotifications"
SEE = "app.bsky.notification.updateSeen"
LOG = "chat.bsky.convo.getLog"
TAG = "@shop.bsky.example"


async def test_mention_comes_once(follower: Follower, ann: FakePerson) -> None:
    asked = ann.says(f"{TAG} where is my bag?")
    found = await follower.next()
    assert (found.message_id, found.text, found.kind) == (asked, "where is my bag?", "message")
    await follower.quiet()


async def test_several_come_in_the_order_in_which_they_were_written(
    follower: Follower, ann: FakePerson
) -> None:
    first = ann.says(f"{TAG} one")
    others = [ann.says("and another", to=first), *(ann.says(f"{TAG} {n}") for n in range(120))]
    found = [(await follower.next()).message_id for _ in range(121)]
    assert found == [first, *others[1:]]


async def test_reply_below_our_answer_is_told_without_our_name(
    follower: Follower, shop: FakePerson, ann: FakePerson
) -> None:
    post = shop.says("We fly to Rome")
    asked = ann.says("and to Oslo?", to=post)
    found = await follower.next()
    assert (found.message_id, found.address.chat, found.reply_to) == (asked, post, post)


async def test_what_we_saw_before_the_first_start_is_not_ours(
    following: Following, ann: FakePerson, clock: FakeClock
) -> None:
    ann.says(f"{TAG} long ago")
    clock.forward(hours=1)
    follower = await following()
    await follower.quiet()
    asked = ann.says(f"{TAG} now")
    assert (await follower.next()).message_id == asked


async def test_what_came_while_we_were_away_is_fetched(
    following: Following, follower: Follower, ann: FakePerson, clock: FakeClock
) -> None:
    known = ann.says(f"{TAG} one")
    await follower.next()
    await follower.quiet()
    await follower.stop()
    clock.forward(hours=8)
    missed = [ann.says(f"{TAG} {n}") for n in range(3)]
    another = await following()
    # What stood last is told again, as others may have come at the same time.
    assert [(await another.next()).message_id for _ in range(4)] == [known, *missed]


async def test_what_was_not_stored_is_not_seen(
    following: Following, follower: Follower, shop: FakePerson, ann: FakePerson, clock: FakeClock
) -> None:
    before = shop.account.seen_at
    clock.forward(hours=1)
    asked = ann.says(f"{TAG} one")
    await follower.next()
    await follower.stop()
    assert shop.account.seen_at == before
    assert (await (await following()).next()).message_id == asked


async def test_mention_of_last_week_is_not_answered(
    following: Following, shop: FakePerson, ann: FakePerson, clock: FakeClock
) -> None:
    shop.account.seen_at = "2026-01-01T00:00:00.000Z"
    ann.says(f"{TAG} old")
    clock.forward(days=4)
    asked = ann.says(f"{TAG} new")
    assert (await (await following()).next()).message_id == asked


async def test_colleagues_answer_comes_with_what_was_missed(
    following: Following, follower: Follower, shop: FakePerson, ann: FakePerson
) -> None:
    await follower.stop()
    asked = ann.says(f"{TAG} where is my bag?")
    answer = shop.says("In Oslo.", to=asked)
    another = await following()
    message, colleague = await another.batch()
    assert (message.kind, message.message_id) == ("message", asked)
    assert (colleague.kind, colleague.message_id, colleague.text) == ("colleague", answer, "In Oslo.")


async def test_colleague_who_answers_is_noticed(
    follower: Follower, shop: FakePerson, ann: FakePerson
) -> None:
    asked = ann.says(f"{TAG} where is my bag?")
    await follower.next()
    await follower.quiet()
    answer = shop.says("In Oslo.", to=asked)
    found = await follower.next()
    assert (found.kind, found.message_id, found.address.person) == ("colleague", answer, ann.did)
    await follower.quiet()


async def test_deleted_post_is_told_when_it_is_gone_twice(
    follower: Follower, ann: FakePerson, clock: FakeClock
) -> None:
    asked = ann.says(f"{TAG} never mind")
    await follower.next()
    ann.deletes(asked)
    clock.forward(minutes=6)
    await follower.quiet()
    clock.forward(minutes=6)
    found = await follower.next()
    assert (found.kind, found.message_id) == ("deleted", asked)


async def test_direct_messages_come_once_each(follower: Follower, shop: FakePerson, ann: FakePerson) -> None:
    written = [ann.writes(shop, text) for text in ("My booking", "is lost")]
    found = [await follower.next() for _ in written]
    assert [each.message_id for each in found] == written
    assert {each.address.key for each in found} == {f"private/{ann.did}"}
    await follower.quiet()


async def test_log_of_several_pages_is_followed(
    world: Bluesky, follower: Follower, shop: FakePerson, ann: FakePerson
) -> None:
    world.chat.page = 2
    written = [ann.writes(shop, str(n)) for n in range(5)]
    assert [(await follower.next()).message_id for _ in written] == written


async def test_direct_messages_that_came_while_we_were_away_are_fetched(
    following: Following, follower: Follower, shop: FakePerson, ann: FakePerson, clock: FakeClock
) -> None:
    ann.writes(shop, "one")
    await follower.next()
    await follower.quiet()
    await follower.stop()
    clock.forward(hours=8)
    missed = [ann.writes(shop, text) for text in ("two", "three")]
    another = await following()
    assert [(await another.next()).message_id for _ in missed] == missed
    await another.quiet()
    await another.stop()
    await (await following()).quiet()


async def test_colleague_who_writes_directly_is_noticed_once_it_is_clear_that_he_does(
    follower: Follower, shop: FakePerson, ann: FakePerson, clock: FakeClock
) -> None:
    ann.writes(shop, "one")
    await follower.next()
    shop.writes(ann, "I have found it")
    ann.writes(shop, "two")
    assert (await follower.next()).text == "two"
    await follower.quiet()
    clock.forward(seconds=6)
    found = await follower.next()
    assert (found.kind, found.address.person) == ("colleague", ann.did)
    await follower.quiet()


async def test_account_without_direct_messages_goes_on_in_public(
    world: Bluesky, follower: Follower, shop: FakePerson, ann: FakePerson, clock: FakeClock
) -> None:
    shop.account.chat_passwords.clear()
    world.sessions.expire(for_good=True)
    await follower.quiet()
    asked = world.calls[LOG]
    await follower.quiet()
    assert world.calls[LOG] == asked
    ann.says(f"{TAG} hello")
    assert (await follower.next()).text == "hello"
    clock.forward(hours=2)
    await follower.quiet()
    assert world.calls[LOG] > asked


@pytest.mark.parametrize("fault", [Answer(502), Drop(), Answer(200, "<html>"), Answer(200, "[]")], ids=str)
async def test_failure_is_waited_out(
    world: Bluesky, follower: Follower, ann: FakePerson, rests: Rests, fault: Answer | Drop
) -> None:
    rests.taken.clear()
    world.faults.next(NOTIFICATIONS, fault, 4)
    asked = ann.says(f"{TAG} hello")
    assert (await follower.next()).message_id == asked
    assert rests.taken[:2] == [6.0, 12.0]  # requests that change nothing are repeated once by aiohttp


async def test_chat_that_is_away_holds_nothing_up(
    world: Bluesky, follower: Follower, shop: FakePerson, ann: FakePerson, rests: Rests, clock: FakeClock
) -> None:
    rests.taken.clear()
    world.faults.next(LOG, Answer(502, '{"error": "UpstreamFailure"}'))
    ann.writes(shop, "directly")
    ann.says(f"{TAG} one")
    assert (await follower.next()).text == "one"
    await follower.quiet()
    assert set(rests.taken) == {3.0}
    clock.forward(minutes=1)
    assert (await follower.next()).text == "directly"


async def test_rest_that_the_server_asks_for_is_taken(
    world: Bluesky, follower: Follower, rests: Rests, clock: FakeClock
) -> None:
    rests.taken.clear()
    reset = str(int(clock().timestamp()) + 240)
    headers = {"RateLimit-Remaining": "0", "RateLimit-Reset": reset}
    world.faults.next(NOTIFICATIONS, Answer(429, '{"error": "RateLimitExceeded"}', headers))
    await follower.quiet()
    assert rests.taken[0] == 240


async def test_account_that_was_taken_down_stops(follower: Follower, shop: FakePerson) -> None:
    shop.account.state = "AccountTakedown"
    with pytest.raises(AccountStopped):
        await follower.next()


async def test_server_that_is_away_at_the_start_is_told(world: Bluesky, following: Following) -> None:
    world.faults.next(NOTIFICATIONS, Answer(502))
    with pytest.raises(DeliveryLater):
        await (await following()).next()


async def test_place_that_cannot_be_kept_stops_nothing(
    world: Bluesky, follower: Follower, ann: FakePerson, caplog: pytest.LogCaptureFixture
) -> None:
    world.faults.next(SEE, Answer(502))
    ann.says(f"{TAG} one")
    await follower.next()
    with caplog.at_level(logging.WARNING):
        await follower.quiet()
    assert "cannot keep the place" in caplog.text
    ann.says(f"{TAG} two")
    assert (await follower.next()).text == "two"


async def test_secrets_are_in_no_log_and_no_body(
    follower: Follower, ann: FakePerson, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        ann.says(f"{TAG} one")
        await follower.next()
        await follower.quiet()
    assert "made-up-access" not in caplog.text
    assert PASSWORD not in caplog.text
