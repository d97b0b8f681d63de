"""Mentions at the desk: what becomes of those that agents answer."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from msgspec import structs

from bot.brand import PRIORITIES
from bot.desk.mentioned import hindrance
from bot.inbox.crowd import accept
from bot.store import conversations, tables, watching_tables
from tests.fakes.channel import event
from tests.fakes.desk import Client, DeskHouse, act
from tests.unit.desk.mentions.square import case_of, known, post, posted, rated, said_by_the_bot, shown, works


async def test_answering_opens_a_case_of_the_agents_with_the_post_as_its_first_message(
    house: DeskHouse, ann: Client
) -> None:
    rated(house, posted(house, reply_to="post-0", language="en"))
    house.later(minutes=3)
    status, told = await post(ann, "1/answer")
    case = case_of(house)
    assert (status, told["to"]) == (200, f"/desk/cases/{case.reference}#reply")
    assert (case.status, case.reason, case.register, case.language) == ("claimed", "mention", "problem", "en")
    assert (PRIORITIES[case.rank], case.acknowledged_at) == ("high", house.clock())
    assert case.answer_by > house.clock()
    (line,) = house.lines()
    assert (line.author, line.text, line.platform_id) == ("customer", "Nimbea lost my bag", "post-1")
    assert line.handled_at == house.clock()
    talk = house.store.run_now(conversations.load, 1)
    assert (talk.address, talk.due_at) == (known(house).address, None)
    assert [entry.action for entry in house.record(case)] == ["handed_over", "claimed", "mention_answered"]
    assert {entry.actor for entry in house.record(case)} == {f"agent:{case.agent_id}"}
    await works(house)
    assert said_by_the_bot(house) == []


async def test_what_the_agent_writes_hangs_below_the_post(house: DeskHouse, ann: Client) -> None:
    posted(house)
    await post(ann, "1/answer")
    reference = case_of(house).reference
    page = await (await ann.get(f"/desk/cases/{reference}")).text()
    assert "Speaks of the brand without addressing it" in page
    answer = await act(ann, "reply", reference, text="May we help?", conversation="1", token="t")
    assert answer.status == 200
    assert [(line.text, line.reply_to) for line in house.lines()[1:]] == [("May we help?", "post-1")]


async def test_nobody_is_written_to_in_private_who_did_not_address_us(house: DeskHouse) -> None:
    house.network(joins_in=True, private_reply=timedelta(days=7))
    client = await house.client()
    house.let_in(client, house.agent("ann"))
    row = posted(house)
    await post(client, "1/answer")
    path = f"/desk/cases/{case_of(house).reference}"
    assert "Privately to the author" not in await (await client.get(path)).text()
    said = structs.replace(event("@nimbea yes?", number=9, at=house.clock()), address=row.address)
    house.store.run_now(accept, [said], house.clock())
    assert "Privately to the author" in await (await client.get(path)).text()
    await client.close()


async def test_one_of_two_agents_wins_and_the_other_is_told(
    house: DeskHouse, ann: Client, bob: Client
) -> None:
    posted(house)
    answers = await asyncio.gather(post(ann, "1/answer"), post(bob, "1/answer"))
    statuses = [status for status, _ in answers]
    assert sorted(statuses) == [200, 409]
    winner, client = ("Ann", bob) if statuses[0] == 200 else ("Bob", ann)
    assert answers[statuses.index(409)][1] == {"error": f"{winner} was faster. Nothing was done."}
    assert len(house.lines()) == 1
    status, page = await post(client, "1/dismiss", script=False)
    assert (status, f"{winner} was faster" in page) == (409, True)


async def test_answering_twice_leads_to_the_same_case(house: DeskHouse, ann: Client) -> None:
    posted(house)
    _, first = await post(ann, "1/answer")
    assert await post(ann, "1/answer") == (200, first)
    assert (await post(ann, "1/answer", script=False))[0] == 303
    assert len(house.lines()) == 1


async def test_where_the_network_lets_nobody_join_in_there_is_the_link_only(house: DeskHouse) -> None:
    house.network(joins_in=False)
    client = await house.client()
    house.let_in(client, house.agent("ann"))
    posted(house)
    page = await shown(client)
    assert "does not let us answer" in page
    assert "/desk/mentions/1/answer" not in page
    assert "https://fake.example/posts/1" in page
    assert (await post(client, "1/answer"))[0] == 409
    assert known(house).state == "new"
    assert house.store.run_now(lambda c: c.execute(tables.conversations.select()).all()) == []
    await client.close()


async def test_an_account_that_is_off_answers_nothing(house: DeskHouse, ann: Client) -> None:
    posted(house)
    del house.channels[("fake", "main")]
    assert (await post(ann, "1/answer"))[0] == 409


def test_what_keeps_us_from_answering_is_told(house: DeskHouse) -> None:
    there = house.platforms.at("fake", "main")
    off = structs.replace(there, channel=None)
    closed = structs.replace(there, features=structs.replace(there.features, joins_in=False))
    assert [hindrance(each) for each in (there, off, closed)] == ["", "off", "link_only"]


async def test_answered_ones_lead_to_their_cases(house: DeskHouse, ann: Client) -> None:
    posted(house)
    await post(ann, "1/answer")
    page = await shown(ann, "answered")
    assert f"/desk/cases/{case_of(house).reference}" in page
    assert "answered by Ann" in page


async def test_a_person_whose_case_is_open_gets_no_second_one(
    house: DeskHouse, ann: Client, bob: Client
) -> None:
    row = posted(house)
    said = structs.replace(event("@nimbea hello", number=9, at=house.clock()), address=row.address)
    house.store.run_now(accept, [said], house.clock())
    await works(house)
    await post(ann, "1/answer")
    first = case_of(house)
    posted(house, "Nimbea again", number=2)
    house.store.run_now(
        lambda c: c.execute(
            watching_tables.mentions.update()
            .where(watching_tables.mentions.c.id == 2)
            .values(chat=row.chat, person=row.person)
        )
    )
    assert (await post(bob, "2/answer"))[1]["error"].startswith("Ann has a case")
    assert known(house, 2).state == "new"
    assert (await post(ann, "2/answer"))[0] == 200
    assert case_of(house, 2).id == first.id
    assert "Nimbea again" in [line.text for line in house.lines()]


@pytest.mark.parametrize("text", ["and another thing", "@nimbea and another thing"])
@pytest.mark.parametrize("closed", [False, True])
async def test_what_the_person_writes_there_later_is_the_agents(
    house: DeskHouse, ann: Client, closed: bool, text: str
) -> None:
    row = posted(house)
    await post(ann, "1/answer")
    case = case_of(house)
    if closed:
        await act(ann, "resolve", case.reference)
    house.later(minutes=5)
    said = structs.replace(event(text, number=9, at=house.clock()), address=row.address)
    house.store.run_now(accept, [said], house.clock())
    await works(house)
    assert (house.now(case).status, house.now(case).agent_id) == ("claimed", case.agent_id)
    # Who speaks to the brand is told by when a human answers; nobody else is told anything.
    assert len(said_by_the_bot(house)) == (closed and "@nimbea" in text)


async def test_who_answers_what_the_agent_wrote_speaks_to_the_brand(house: DeskHouse, ann: Client) -> None:
    row = posted(house)
    await post(ann, "1/answer")
    case = case_of(house)
    await act(ann, "reply", case.reference, text="May we help?", conversation="1", token="t")
    house.delivered(house.lines()[-1])
    await act(ann, "resolve", case.reference)
    house.later(minutes=5)
    reply_to = house.lines()[-1].platform_id
    said = structs.replace(
        event("yes please", number=9, at=house.clock(), reply_to=reply_to), address=row.address
    )
    house.store.run_now(accept, [said], house.clock())
    await works(house)
    assert len(said_by_the_bot(house)) == 1


async def test_the_bot_is_never_given_such_a_case(house: DeskHouse, ann: Client) -> None:
    posted(house)
    await post(ann, "1/answer")
    case = case_of(house)
    assert "/hand-back" not in await (await ann.get(f"/desk/cases/{case.reference}")).text()
    refused = await act(ann, "hand-back", case.reference)
    assert (refused.status, (await refused.json())["error"][:7]) == (409, "The bot")
    assert house.now(case).status == "claimed"


async def test_one_that_came_as_a_message_cannot_be_answered_as_a_mention(
    house: DeskHouse, ann: Client
) -> None:
    row = posted(house)
    said = event("@nimbea", number=9, at=house.clock(), message_id=row.post_id)
    house.store.run_now(accept, [structs.replace(said, address=row.address)], house.clock())
    assert (await post(ann, "1/answer"))[1] == {"error": "Somebody has seen to it already. Nothing was done."}
