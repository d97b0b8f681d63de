"""Mentions at the desk: what agents see, and what they may do about them."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from bot.assistant.scripted import Scripted, understood
from bot.brand import PRIORITIES
from bot.conversation.answering import Answering
from bot.conversation.rating import Rates
from bot.conversation.turns import turns
from bot.desk.mentioned import hindrance, link_of, sureness
from bot.inbox.crowd import accept
from bot.store import bell, cases, conversations, mentions, ratings, tables, watching_tables
from bot.store.mentions import Mention
from bot.store.ratings import Alarm, Rating
from bot.store.rows import Case
from tests.fakes.channel import event, mention
from tests.fakes.desk import Client, DeskHouse, act, next_event, token_in
from tests.fakes.example import GUARD


@pytest.fixture
def house(house: DeskHouse) -> DeskHouse:
    """On a network that lets us join in."""
    house.network(joins_in=True)
    return house


@pytest.fixture
async def bob(house: DeskHouse) -> Any:
    """The browser of the agent Bob, whose name is Bob."""
    client = await house.client()
    house.let_in(client, house.agent("bob"))
    yield client
    await client.close()


def posted(house: DeskHouse, text: str = "Nimbea lost my bag", number: int = 1, **more: Any) -> Mention:
    """Somebody speaks of the brand."""
    house.store.run_now(accept, [mention(text, number=number, at=house.clock(), **more)], house.clock())
    house.bell.ring(bell.QUEUE)
    return known(house, number)


def rated(house: DeskHouse, row: Mention, rank: int = 1, kind: str = "", confidence: float = 0.9) -> None:
    """It was read."""
    now = house.clock()
    (taken,) = house.store.run_now(ratings.claim, now, until=now, most=1)
    assert taken.id == row.id
    alarm = Alarm(kind=kind, why="smoke (en.yml:3)" if kind else "", rank=rank)
    rating = Rating(register="problem", confidence=confidence, language="en", alarm=alarm)
    house.store.run_now(ratings.rate, taken, rating, now)
    house.bell.ring(bell.QUEUE)


def known(house: DeskHouse, mention_id: int = 1) -> Mention:
    return house.store.run_now(mentions.load, mention_id)


async def post(client: Client, path: str, *, script: bool = True) -> tuple[int, Any]:
    headers = {"X-CSRF-Token": token_in(await (await client.get("/desk/account")).text())}
    if script:
        headers["Accept"] = "application/json"
    answer = await client.post(f"/desk/mentions/{path}", headers=headers, allow_redirects=False)
    text = await answer.text()
    return answer.status, json.loads(text) if script and text.startswith("{") else text


async def shown(client: Client, view: str = "") -> str:
    return await (await client.get("/desk/mentions", params={"view": view} if view else None)).text()


def case_of(house: DeskHouse, mention_id: int = 1) -> Case:
    case_id = known(house, mention_id).case_id
    assert case_id
    return house.store.run_now(cases.load, case_id)


async def works(house: DeskHouse, *answers: str) -> None:
    """The bot does all that is due, and would answer everything."""
    answering = Answering(
        store=house.store,
        bell=house.bell,
        assistant=Scripted({"": understood("question_x", "question", *(answers or ("An answer.",)))}),
        channels=house.channels,
        brand=house.brand,
        guard=GUARD,
        clock=house.clock,
    )
    await turns(house.store, house.bell, answering, house.clock).drain()


def said_by_the_bot(house: DeskHouse, conversation_id: int = 1) -> list[str]:
    return [line.text for line in house.lines(conversation_id) if line.author == "bot"]


async def test_who_is_not_logged_in_sees_and_does_nothing(house: DeskHouse, visitor: Client) -> None:
    posted(house)
    answer = await visitor.get("/desk/mentions", allow_redirects=False)
    assert (answer.status, answer.headers["Location"][:11]) == (303, "/desk/login")
    assert (await visitor.post("/desk/mentions/1/dismiss")).status == 401
    assert known(house).state == "new"


async def test_without_the_forms_token_nothing_is_done(house: DeskHouse, ann: Client) -> None:
    posted(house)
    for name in ("answer", "dismiss", "restore"):
        assert (await ann.post(f"/desk/mentions/1/{name}")).status == 403
    assert known(house).state == "new"


async def test_a_row_tells_who_where_when_what_and_how_grave(house: DeskHouse, ann: Client) -> None:
    row = posted(house, url="https://square.example/@mia/1", language="en")
    page = await shown(ann)
    for words in ("Mia", "main", "Nimbea lost my bag", house.clock().isoformat(), "not read yet", "1 new"):
        assert words in page
    rated(house, row)
    page = await shown(ann)
    assert "problem, quite sure" in page
    assert '<span class="rank">high</span>' in page
    link = re.search(r'<a href="https://square.example/@mia/1"[^>]*>', page)
    assert link
    assert 'rel="noopener noreferrer"' in link.group()
    assert "square.example (new tab)" in page


async def test_one_that_could_not_be_read_says_so(house: DeskHouse, ann: Client) -> None:
    posted(house)
    now = house.clock()
    (taken,) = house.store.run_now(ratings.claim, now, until=now, most=1)
    house.store.run_now(ratings.postpone, taken, None, counts=True)
    assert "could not be read" in await shown(ann)


async def test_what_a_stranger_writes_is_shown_as_text(house: DeskHouse, ann: Client) -> None:
    attack = "</bdi><script>alert(1)</script>"
    posted(house, attack, author=attack, url='https://x.example/"onmouseover="alert(1)')
    page = await shown(ann)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "onmouseover" not in page


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "http://square.example/1",
            "javascript:alert(1)",
            "//square.example",
            "https://",
            "https://a@b/",
        ),
        *("https://[bad", "https://a.example/ b", "https://a.example/\u202e1", "data:text/html,x"),
    ],
)
def test_only_plain_addresses_of_the_web_become_links(house: DeskHouse, url: str) -> None:
    assert link_of(structs.replace(posted(house), url=url)) is None


def test_how_sure_the_assistant_is_is_told_in_words() -> None:
    assert [sureness(share) for share in (0.95, 0.6, 0.2)] == ["sure", "likely", "unsure"]


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


async def test_a_dismissed_mention_can_be_put_back(house: DeskHouse, ann: Client, bob: Client) -> None:
    posted(house)
    assert (await post(ann, "1/dismiss"))[0] == 200
    assert (await post(ann, "1/dismiss"))[0] == 200
    assert "Nimbea lost" not in await shown(ann)
    assert "dismissed by Ann" in await shown(bob, "dismissed")
    assert (await post(bob, "1/dismiss"))[0] == 409
    assert (await post(bob, "1/restore"))[0] == 200
    assert "Nimbea lost" in await shown(ann)
    assert (await post(ann, "1/restore"))[0] == 409
    entries = house.store.run_now(lambda c: c.execute(tables.record.select()).all())
    assert [entry.action for entry in entries] == ["mention_dismissed", "mention_restored"]


async def test_there_is_no_mention_of_that_number(ann: Client) -> None:
    for name in ("answer", "dismiss", "restore"):
        assert (await post(ann, f"7/{name}"))[0] == 404


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


async def test_new_ones_are_counted_on_every_page_and_urgent_ones_are_red(
    house: DeskHouse, ann: Client
) -> None:
    assert 'class="badge' not in await (await ann.get("/desk")).text()
    first = posted(house)
    page = await (await ann.get("/desk")).text()
    assert '<span class="badge calm">1</span>' in page
    assert "Urgent mentions" not in page
    rated(house, first, rank=0, kind="danger")
    page = await (await ann.get("/desk/account")).text()
    assert '<span class="badge">1</span>' in page
    assert "Urgent mentions that nobody has seen to: 1" in page


async def test_what_an_agent_sees_changes_by_itself(house: DeskHouse, ann: Client) -> None:
    stream = await ann.get("/desk/mentions/events")
    assert (await next_event(stream))["lists"]["mentions"] == []
    row = posted(house)
    news = await next_event(stream)
    assert news["lists"]["mentions"][0][0] == "mention-1"
    assert '<span class="badge calm">1</span>' in news["parts"]["nav-mentions"]
    rated(house, row, rank=0, kind="danger")
    assert "Urgent mentions" in (await next_event(stream))["parts"]["alarms"]
    stream.close()


async def test_one_that_came_as_a_message_cannot_be_answered_as_a_mention(
    house: DeskHouse, ann: Client
) -> None:
    row = posted(house)
    said = event("@nimbea", number=9, at=house.clock(), message_id=row.post_id)
    house.store.run_now(accept, [structs.replace(said, address=row.address)], house.clock())
    assert (await post(ann, "1/answer"))[1] == {"error": "Somebody has seen to it already. Nothing was done."}


async def test_the_rating_worker_and_the_desk_agree(house: DeskHouse, ann: Client) -> None:
    posted(house, "There is smoke in the cabin of Nimbea, help")
    rates = Rates(
        store=house.store,
        bell=house.bell,
        assistant=Scripted({"smoke": understood("question", "question")}),
        brand=house.brand,
        guard=GUARD,
        clock=house.clock,
    )
    await rates.look()
    assert "Danger or threat" in await shown(ann)
    await post(ann, "1/answer")
    case = case_of(house)
    assert (case.rank, case.team, "yml" in case.why) == (0, "crisis", True)
