import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.fakes.desk import REFERENCE, Client, DeskHouse, act, token_in


@pytest.fixture
async def bob(house: DeskHouse) -> AsyncIterator[Client]:
    """The browser of a second agent."""
    client = await house.client()
    house.let_in(client, house.agent("bob"))
    yield client
    await client.close()


async def test_a_form_without_its_token_is_refused_and_changes_nothing(house: DeskHouse, ann: Client) -> None:
    case = house.case()
    answer = await ann.post(f"/desk/cases/{REFERENCE}/claim", data={"csrf": "guessed"})
    assert answer.status == 403
    assert house.now(case).status == "waiting"


async def test_of_two_agents_who_claim_at_once_one_wins_and_the_other_is_told(
    house: DeskHouse, ann: Client, bob: Client
) -> None:
    case = house.case()
    answers = await asyncio.gather(act(ann, "claim"), act(bob, "claim"))
    assert sorted(answer.status for answer in answers) == [200, 409]
    winner = house.now(case).agent_id
    loser = answers[1] if winner == 1 else answers[0]
    name = "Ann" if winner == 1 else "Bob"
    assert (await loser.json())["error"] == f"{name} owns this case. Nothing was done."


async def test_a_reply_is_queued_and_claims_the_case(house: DeskHouse, ann: Client) -> None:
    case = house.case()
    answer = await act(ann, "reply", text="We are on it", token="t1", conversation="1")
    assert (await answer.json())["told"] == "The reply is on its way."
    assert house.now(case).status == "claimed"
    last = house.lines()[-1]
    assert (last.text, last.author, last.delivery) == ("We are on it", "agent", "queued")


async def test_a_form_that_is_sent_twice_sends_once(house: DeskHouse, ann: Client) -> None:
    house.case()
    form = {"text": "We are on it", "token": "same", "conversation": "1"}
    answers = await asyncio.gather(*(act(ann, "reply", **form) for _ in range(4)))
    assert [answer.status for answer in answers] == [200] * 4
    assert [line.text for line in house.lines()].count("We are on it") == 1


async def test_a_colleagues_case_is_not_answered(house: DeskHouse, ann: Client, bob: Client) -> None:
    house.case()
    await act(ann, "claim")
    answer = await act(bob, "reply", text="Me too", token="t1", conversation="1")
    assert answer.status == 409
    assert "Ann owns this case" in (await answer.json())["error"]
    assert len(house.lines()) == 1


async def test_a_public_reply_with_personal_details_is_refused(house: DeskHouse, ann: Client) -> None:
    case = house.case(surface="public")
    answer = await act(ann, "reply", text="Your booking X4K9PL is fine", token="t", conversation="1")
    assert answer.status == 422
    assert "a booking reference" in (await answer.json())["error"]
    assert len(house.lines()) == 1
    assert house.now(case).status == "waiting"


async def test_without_a_script_a_refused_text_is_shown_again(house: DeskHouse, ann: Client) -> None:
    house.case(surface="public")
    csrf = token_in(await (await ann.get("/desk")).text())
    data = {"csrf": csrf, "text": "Your booking X4K9PL", "token": "t", "conversation": "1"}
    answer = await ann.post(f"/desk/cases/{REFERENCE}/reply", data=data)
    page = await answer.text()
    assert answer.status == 422
    assert "Not published" in page
    assert 'data-text="Your booking X4K9PL"' in page


async def test_without_a_script_one_comes_back_to_the_case(house: DeskHouse, ann: Client) -> None:
    house.case()
    csrf = token_in(await (await ann.get("/desk")).text())
    path = f"/desk/cases/{REFERENCE}"
    answer = await ann.post(f"{path}/claim", data={"csrf": csrf}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, path)


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("claim", {}, "claimed"),
        ("resolve", {}, "resolved"),
        ("hand-back", {}, "handed_back"),
        ("transfer", {"team": "press"}, "waiting"),
        ("prioritise", {"priority": "urgent"}, "waiting"),
        ("flag", {"name": "abusive", "on": "1"}, "waiting"),
    ],
)
async def test_an_action_is_done(
    house: DeskHouse, ann: Client, name: str, data: dict[str, str], status: str
) -> None:
    case = house.case()
    assert (await act(ann, name, **data)).status == 200
    assert house.now(case).status == status


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("transfer", {"team": "nowhere"}),
        ("prioritise", {"priority": "most"}),
        ("flag", {"name": "unreachable", "on": "1"}),
        ("reply", {"text": "x", "conversation": "99"}),
        ("reply", {"text": "x", "conversation": "one"}),
        ("retry", {"message": "99"}),
        ("reply", {"text": "  ", "conversation": "1"}),
        ("reply", {"text": "x" * 4001, "conversation": "1"}),
        ("reopen", {}),
    ],
)
async def test_nonsense_is_refused_with_a_reason(
    house: DeskHouse, ann: Client, name: str, data: dict[str, str]
) -> None:
    house.case()
    answer = await act(ann, name, **data)
    assert answer.status in (409, 422)
    assert (await answer.json())["error"]


async def test_an_unknown_action_is_a_404(house: DeskHouse, ann: Client) -> None:
    house.case()
    assert (await act(ann, "explode")).status == 404
    assert (await act(ann, "claim", reference="NB-NOPE")).status == 404


async def test_colleagues_see_who_looks_and_who_writes(house: DeskHouse, ann: Client, bob: Client) -> None:
    house.case()
    await act(ann, "presence", doing="looking")
    path = f"/desk/cases/{REFERENCE}"
    assert "Ann is looking at this case" in await (await bob.get(path)).text()
    await act(ann, "presence", doing="typing")
    assert "Ann is writing a reply" in await (await bob.get(path)).text()
    house.clock.forward(seconds=9)
    assert "Ann is looking at this case" in await (await bob.get(path)).text()
    house.clock.forward(seconds=60)
    assert "Ann is looking" not in await (await bob.get(path)).text()
    await act(ann, "presence", doing="looking")
    await act(ann, "presence", doing="leaving")
    assert "Ann is looking" not in await (await bob.get(path)).text()
