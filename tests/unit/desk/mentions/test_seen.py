"""Mentions at the desk: what agents see, and what they put away."""

from __future__ import annotations

import re

import pytest
from msgspec import structs

from bot.assistant.scripted import Scripted, understood
from bot.conversation.rating import Rates
from bot.desk.mentioned import link_of, sureness
from bot.store import ratings, tables
from tests.fakes.desk import Client, DeskHouse, next_event
from tests.fakes.example import GUARD
from tests.unit.desk.mentions.square import case_of, known, post, posted, rated, shown


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
