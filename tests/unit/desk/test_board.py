import re

import pytest

from bot.desk import actions, replies
from bot.desk.actions import Act, Written
from tests.fakes.desk import Client, DeskHouse


async def shown(client: Client, query: str = "") -> list[str]:
    """The references on the queue's page, in order."""
    page = await (await client.get(f"/desk{query}")).text()
    return re.findall(r'data-reference="([^"]+)"', page)


async def test_the_most_urgent_case_comes_first_then_the_nearest_promise(
    house: DeskHouse, ann: Client
) -> None:
    house.case(reference="NB-LOW", rank=3, person="a")
    house.case(reference="NB-HIGH1", rank=1, person="b")
    house.clock.forward(minutes=1)
    house.case(reference="NB-HIGH2", rank=1, person="c")
    house.case(reference="NB-URGENT", rank=0, person="d")
    assert await shown(ann) == ["NB-URGENT", "NB-HIGH1", "NB-HIGH2", "NB-LOW"]


async def test_an_answered_case_comes_last_until_the_customer_writes_again(
    house: DeskHouse, ann: Client
) -> None:
    agent = house.agent("bob")
    answered = house.case(reference="NB-FIRST", rank=0, person="a")
    house.case(reference="NB-SECOND", rank=3, person="b")
    act = Act(case_id=answered.id, agent=agent, at=house.clock())
    line = house.store.run_now(
        replies.reply,
        act,
        Written(text="Hello", token="t"),
        where="1",
        brand=house.brand,
        platforms=house.platforms,
    )
    assert line
    house.delivered(line)
    assert await shown(ann) == ["NB-SECOND", "NB-FIRST"]
    house.says("And now?", person="a")
    assert await shown(ann) == ["NB-FIRST", "NB-SECOND"]
    assert "customer wrote last" in await (await ann.get("/desk")).text()


async def test_filters_show_what_they_say(house: DeskHouse, ann: Client) -> None:
    agent = house.agent("bob")
    mine = house.case(reference="NB-MINE", person="a", team="press")
    house.case(reference="NB-CARE", person="b")
    closed = house.case(reference="NB-CLOSED", person="c")
    house.store.run_now(actions.claim, Act(case_id=mine.id, agent=agent, at=house.clock()))
    act = Act(case_id=closed.id, agent=agent, at=house.clock())
    house.store.run_now(actions.resolve, act, tell=False, brand=house.brand, platforms=house.platforms)
    house.let_in(ann, agent)
    assert await shown(ann, "?view=all") == ["NB-MINE", "NB-CARE"]
    assert await shown(ann, "?view=waiting") == ["NB-CARE"]
    assert await shown(ann, "?view=mine") == ["NB-MINE"]
    assert await shown(ann, "?view=team") == ["NB-CARE"]
    assert await shown(ann, "?view=closed") == ["NB-CLOSED"]
    assert await shown(ann, "?view=nonsense") == ["NB-MINE", "NB-CARE"]


@pytest.mark.parametrize("search", ["nb-7k2", "CARLA", "lost", "bag is"])
async def test_a_case_is_found_by_reference_name_and_words(
    house: DeskHouse, ann: Client, search: str
) -> None:
    house.case("My bag is lost", person="carla")
    house.case("A question", reference="NB-OTHER", person="dora")
    assert await shown(ann, f"?q={search}") == ["NB-7K2QX4"]


@pytest.mark.parametrize("search", ["%", "_", "' OR 1=1 --", "\\"])
async def test_signs_of_the_database_are_searched_as_they_are(
    house: DeskHouse, ann: Client, search: str
) -> None:
    house.case()
    answer = await ann.get("/desk", params={"q": search})
    assert answer.status == 200
    assert "NB-7K2QX4" not in await answer.text()


async def test_a_closed_case_is_found_too(house: DeskHouse, ann: Client) -> None:
    case = house.case()
    act = Act(case_id=case.id, agent=house.agent("bob"), at=house.clock())
    house.store.run_now(actions.resolve, act, tell=False, brand=house.brand, platforms=house.platforms)
    assert await shown(ann, "?q=7K2QX4") == ["NB-7K2QX4"]


async def test_a_message_that_did_not_arrive_is_seen_in_the_queue(house: DeskHouse, ann: Client) -> None:
    case = house.case()
    act = Act(case_id=case.id, agent=house.agent("bob"), at=house.clock())
    line = house.store.run_now(
        replies.reply,
        act,
        Written(text="Hello", token="t"),
        where="1",
        brand=house.brand,
        platforms=house.platforms,
    )
    assert line
    house.failed(line)
    assert "not sent" in await (await ann.get("/desk")).text()
