"""What agents do with mentions, on both engines: races are settled by the database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import func, select

from bot.desk import joining_in
from bot.desk.joining_in import Faster, Settling
from bot.desk.platforms import Platforms
from bot.errors import AlreadyClaimed
from bot.store import agents, cases, mentions, tables
from bot.store.rows import Agent, Case
from tests.fakes.channel import FakeChannel, event, mention
from tests.fakes.house import House


class Square(FakeChannel):
    """A network that lets us join in."""

    features = structs.replace(FakeChannel.features, joins_in=True)


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[House]:
    built = House(tmp_path, {}, database, channel=Square())
    yield built
    built.store.close()


def hired(house: House, login: str) -> Agent:
    values = {"login": login, "name": login.title(), "password": "a long enough password"}
    return house.store.run_now(agents.add, role="agent", now=house.clock(), **values)


async def answer(house: House, agent: Agent, mention_id: int = 1) -> Case:
    settling = Settling(mention_id=mention_id, agent=agent, at=house.clock())
    platforms = Platforms({("fake", "main"): house.channel}, house.brand)
    return await house.store.run(joining_in.answer, settling, brand=house.brand, platforms=platforms)


def number(house: House, table: str) -> int:
    query = select(func.count()).select_from(tables.metadata.tables[table])
    return int(house.store.run_now(lambda connection: connection.execute(query).scalar_one()))


async def test_of_several_who_answer_at_once_one_gets_the_case(house: House) -> None:
    await house.inbox.accept([mention("Nimbea lost my bag", number=1, at=house.clock())])
    people = [hired(house, login) for login in ("ann", "bob", "eve")]
    told = await asyncio.gather(*(answer(house, agent) for agent in people), return_exceptions=True)
    (won,) = (each for each in told if isinstance(each, Case))
    lost = [each for each in told if isinstance(each, Faster)]
    assert {each.name for each in lost} == {house.store.run_now(agents.load, won.agent_id or 0).name}
    assert (len(lost), number(house, "cases"), number(house, "messages")) == (2, 1, 1)
    await house.works()
    assert house.channel.outbounds == []


async def test_the_same_agent_who_answers_twice_at_once_gets_one_case(house: House) -> None:
    await house.inbox.accept([mention("Nimbea lost my bag", number=1, at=house.clock())])
    ann = hired(house, "ann")
    first, second = await asyncio.gather(answer(house, ann), answer(house, ann))
    assert (first.id, number(house, "messages")) == (second.id, 1)


async def test_the_same_post_as_a_message_at_the_same_moment_deadlocks_nobody(house: House) -> None:
    posts = [mention("Nimbea lost my bag", number=n, at=house.clock()) for n in range(1, 9)]
    await house.inbox.accept(posts)
    ann = hired(house, "ann")
    said = [
        structs.replace(
            event("@nimbea", number=n, at=house.clock(), message_id=post.message_id), address=post.address
        )
        for n, post in enumerate(posts, start=1)
    ]
    told = await asyncio.gather(
        *(answer(house, ann, n) for n in range(1, 9)),
        *(house.inbox.accept([each]) for each in said),
        return_exceptions=True,
    )
    assert [each for each in told if isinstance(each, Exception) and not isinstance(each, Faster)] == []
    assert house.store.run_now(mentions.waiting) == []


async def test_a_colleague_who_has_the_case_of_that_person_is_named_and_nothing_is_left(
    house: House,
) -> None:
    first = mention("Nimbea lost my bag", number=1, at=house.clock())
    second = structs.replace(first, event_id="mention/post-2", message_id="post-2", url="")
    await house.inbox.accept([first, second])
    ann, bob = hired(house, "ann"), hired(house, "bob")
    case = await answer(house, ann)
    with pytest.raises(AlreadyClaimed) as refused:
        await answer(house, bob, 2)
    assert refused.value.owner == "Ann"
    assert (number(house, "messages"), house.store.run_now(mentions.load, 2).state) == (1, "new")
    assert (await answer(house, ann, 2)).id == case.id


async def test_a_case_that_waits_for_somebody_is_claimed_and_one_that_ended_stays_ended(
    house: House,
) -> None:
    first = mention("Nimbea lost my bag", number=1, at=house.clock())
    second = structs.replace(first, event_id="mention/post-2", message_id="post-2", url="")
    await house.inbox.accept([first, second])
    ann, bob = hired(house, "ann"), hired(house, "bob")
    case = await answer(house, ann)
    house.store.run_now(cases.resolve, case.id, ann.id, house.clock())
    newer = await answer(house, bob, 2)
    assert (newer.id != case.id, newer.agent_id) == (True, bob.id)
    assert house.case().id == newer.id
