"""What is asked once more, and what is looked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.channels.bluesky import Bluesky
from bot.messages import Inbound, Outbound
from tests.channels.bluesky.follower import Follower, Rests, channel_of
from tests.fakes import bluesky as fake
from tests.fakes.bluesky import FakePerson
from tests.fakes.clock import FakeClock

TAG = "@shop.bsky.example"


async def events(channel: Bluesky, bodies: AsyncIterator[bytes] | None) -> list[Inbound]:
    assert bodies is not None
    return [event async for body in bodies for event in channel.parse(body)]


async def test_history_tells_the_same_events_again(
    follower: Follower, channel: Bluesky, shop: FakePerson, ann: FakePerson, clock: FakeClock
) -> None:
    ann.says(f"{TAG} before")
    ann.writes(shop, "before")
    clock.forward(hours=2)
    ann.says(f"{TAG} hello")
    ann.writes(shop, "hello")
    shop.writes(ann, "an answer")
    clock.forward(seconds=6)
    came = [await follower.next() for _ in range(5)]
    told = await events(channel, channel.history(clock() - timedelta(hours=1)))
    assert [each.kind for each in told] == ["message", "colleague", "message"]
    assert [each.text for each in told] == ["hello", "an answer", "hello"]
    assert {each.event_id for each in told} <= {each.event_id for each in came}


async def test_history_tells_what_a_colleague_has_answered(
    channel: Bluesky, shop: FakePerson, ann: FakePerson, clock: FakeClock
) -> None:
    asked = ann.says(f"{TAG} hello")
    shop.says("Hi Ann", to=asked)
    told = await events(channel, channel.history(clock() - timedelta(hours=1)))
    assert [each.kind for each in told] == ["message", "colleague"]


async def test_history_leaves_out_what_relais_itself_has_written(
    channel: Bluesky, shop: FakePerson, ann: FakePerson, clock: FakeClock
) -> None:
    ann.writes(shop, "hello")
    (asked,) = await events(channel, channel.history(clock() - timedelta(hours=1)))
    await channel.send(Outbound(id=1, address=asked.address, text="Good day", purpose="answer"))
    clock.forward(seconds=6)
    told = await events(channel, channel.history(clock() - timedelta(hours=1)))
    assert [each.text for each in told] == ["hello"]


async def test_conversation_that_was_left_hides_no_other(
    world: fake.Bluesky, channel: Bluesky, shop: FakePerson, ann: FakePerson, clock: FakeClock
) -> None:
    ann.writes(shop, "hello")
    world.person("bob").writes(shop, "good day")
    world.faults.next("chat.bsky.convo.getMessages", fake.Answer(400, '{"error": "InvalidConvo"}'))
    told = await events(channel, channel.history(clock() - timedelta(hours=1)))
    assert len(told) == 1


async def test_history_without_direct_messages_is_that_of_the_public(
    world: fake.Bluesky, channel: Bluesky, shop: FakePerson, ann: FakePerson, clock: FakeClock
) -> None:
    shop.account.chat_passwords.clear()
    ann.says(f"{TAG} hello")
    told = await events(channel, channel.history(clock() - timedelta(hours=1)))
    assert [each.text for each in told] == ["hello"]


async def test_search_finds_who_speaks_of_the_brand_and_not_to_it(
    world: fake.Bluesky, shop: FakePerson, ann: FakePerson, clock: FakeClock, rests: Rests
) -> None:
    ann.says("nimb was late last year")
    clock.forward(hours=2)
    spoken = ann.says("Nimb is late")
    ann.says(f"{TAG} Nimb is late")
    below = shop.says("Nimb flies to Rome")
    ann.says("nimb, to Oslo too?", to=below)
    many = [ann.says(f"nimb {n}") for n in range(120)]
    channel = channel_of(world, clock, rests, search="nimb")
    told = await events(channel, channel.search(clock() - timedelta(hours=1)))
    await channel.close()
    assert {each.message_id for each in told} == {spoken, *many}
    assert {each.kind for each in told} == {"mention"}


async def test_post_that_is_odd_spoils_no_others(
    world: fake.Bluesky, shop: FakePerson, ann: FakePerson, clock: FakeClock, rests: Rests
) -> None:
    ann.says("nimb", langs="en")
    spoken = ann.says("nimb too")
    channel = channel_of(world, clock, rests, search="nimb")
    told = await events(channel, channel.search(clock() - timedelta(hours=1)))
    await channel.close()
    assert [each.message_id for each in told] == [spoken]


def test_without_words_nothing_is_looked_for(channel: Bluesky, clock: FakeClock) -> None:
    assert channel.search(clock()) is None
