"""What was set aside, and accounts that cannot send, as the desk shows them."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec
import pytest
from sqlalchemy.engine import Connection

from bot.messages import Inbound
from bot.store import bell, cases, conversations, set_aside, transcript
from bot.store.accounts import Accounts
from bot.store.cases import NewCase
from bot.store.rows import Case
from bot.store.set_aside import TRIES, Failed
from tests.fakes.channel import event
from tests.fakes.desk import REFERENCE, Client, DeskHouse, next_event, token_in

ERROR = "ValueError at bot/conversation/compose.py:88 in outcome"


@pytest.fixture
async def sue(house: DeskHouse, visitor: Client) -> Client:
    """The browser of the supervisor Sue."""
    house.let_in(visitor, house.agent("sue", role="supervisor"))
    return visitor


def turn(house: DeskHouse, reason: str = "set_aside") -> Case:
    """A turn that was set aside: its messages are handled, and a human is asked for."""
    conversation_id = house.says("How big may my bag be?")
    return house.store.run_now(_set_aside, conversation_id, reason, house.clock())


def _set_aside(connection: Connection, conversation_id: int, reason: str, now: datetime) -> Case:
    names = {"channel": "fake", "account": "main", "error": ERROR}
    set_aside.put_turn(connection, conversation_id, attempts=5, now=now, **names)
    transcript.mark_all_handled(connection, conversation_id, now)
    conversations.release(connection, conversation_id, due_at=None)
    new = NewCase(
        reason=reason,
        register="other",
        language="en",
        rank=2,
        team="care",
        entities=(),
        acknowledge_by=now,
        answer_by=now,
    )
    return cases.open_case(connection, conversation_id, REFERENCE, new, acknowledged_at=None, now=now)


def request(house: DeskHouse, body: str | None = None) -> None:
    """A request that was set aside."""
    events: list[Inbound] = [event("hello", number=1, at=house.clock())]
    failed = Failed(
        channel="fake",
        account="main",
        digest="d",
        body=body or msgspec.json.encode(events).decode(),
        error=ERROR,
    )
    for _ in range(TRIES + 1):
        house.store.run_now(set_aside.count_request, failed, house.clock())


async def post(client: Client, path: str, *, script: bool = True) -> tuple[int, str]:
    headers = {"X-CSRF-Token": token_in(await (await client.get("/desk/account")).text())}
    if script:
        headers["Accept"] = "application/json"
    answer = await client.post(path, headers=headers, allow_redirects=False)
    return answer.status, await answer.text()


def count(house: DeskHouse) -> int:
    return house.store.run_now(set_aside.count)


async def test_agents_neither_see_nor_touch_it(house: DeskHouse, ann: Client) -> None:
    turn(house)
    assert "/desk/aside" not in await (await ann.get("/desk")).text()
    for path in ("/desk/aside", "/desk/aside/events"):
        assert (await ann.get(path)).status == 403
    for act in ("again", "settle"):
        assert (await post(ann, f"/desk/aside/1/{act}"))[0] == 403
    assert count(house) == 1


async def test_without_the_forms_token_nothing_is_done(house: DeskHouse, sue: Client) -> None:
    turn(house)
    assert (await sue.post("/desk/aside/1/settle")).status == 403
    assert count(house) == 1


async def test_a_row_tells_what_where_and_how_often_and_leads_to_the_case(
    house: DeskHouse, sue: Client
) -> None:
    turn(house)
    page = await (await sue.get("/desk/aside")).text()
    assert ERROR in page
    assert "5 attempts" in page
    assert f'href="/desk/cases/{REFERENCE}"' in page
    assert "How big" not in page
    assert re.search(r'<span class="badge">1</span>', page)


async def test_the_body_of_a_request_is_shown_as_text(house: DeskHouse, sue: Client) -> None:
    request(house, "<script>alert(1)</script>" + "x" * 5000)
    page = await (await sue.get("/desk/aside")).text()
    assert "&lt;script&gt;alert(1)" in page
    assert "x" * 4000 not in page


async def test_a_request_that_is_still_counted_is_not_shown(house: DeskHouse, sue: Client) -> None:
    failed = Failed(channel="fake", account="main", digest="d", body="", error=ERROR)
    house.store.run_now(set_aside.count_request, failed, house.clock())
    assert ERROR not in await (await sue.get("/desk/aside")).text()


async def test_settling_takes_it_off_the_page_once(house: DeskHouse, sue: Client) -> None:
    turn(house)
    assert await post(sue, "/desk/aside/1/settle") == (200, '{"told": "Settled."}')
    assert count(house) == 0
    assert (await post(sue, "/desk/aside/1/settle"))[0] == 409
    assert (await post(sue, "/desk/aside/1/again"))[0] == 409
    assert (await post(sue, "/desk/aside/2/settle"))[0] == 404


async def test_without_a_script_the_page_is_shown_again(house: DeskHouse, sue: Client) -> None:
    turn(house)
    assert (await post(sue, "/desk/aside/1/settle", script=False))[0] == 303
    status, page = await post(sue, "/desk/aside/1/settle", script=False)
    assert status == 409
    assert "A colleague was faster" in page


async def test_a_turn_is_read_again_by_the_bot_where_nobody_has_the_case(
    house: DeskHouse, sue: Client
) -> None:
    case = turn(house)
    house.clock.forward(minutes=1)
    status, told = await post(sue, "/desk/aside/1/again")
    assert (status, "The bot reads the messages again" in told) == (200, True)
    assert house.now(case).status == "handed_back"
    assert [line.handled_at for line in house.lines()] == [None]
    assert house.store.run_now(conversations.load, 1).due_at == house.clock()
    assert "tried_again" in [entry.action for entry in house.record(case)]
    assert count(house) == 0


@pytest.mark.parametrize("reason", ["set_aside", "self_harm"])
async def test_a_turn_whose_case_a_human_has_stays_with_the_human(
    house: DeskHouse, sue: Client, reason: str
) -> None:
    case = turn(house, reason)
    if reason == "set_aside":
        house.store.run_now(cases.claim, case.id, house.agent("bob").id, house.clock())
    status, told = await post(sue, "/desk/aside/1/again")
    assert (status, "A colleague has the case" in told) == (200, True)
    assert house.now(case).is_human


async def test_messages_that_were_handled_otherwise_stay_handled(house: DeskHouse, sue: Client) -> None:
    house.says("earlier")
    house.store.run_now(transcript.mark_all_handled, 1, house.clock())
    house.clock.forward(seconds=1)
    turn(house)
    await post(sue, "/desk/aside/1/again")
    assert [line.handled_at is None for line in house.lines()] == [False, True]


async def test_a_request_is_taken_in_when_it_is_tried_again(house: DeskHouse, sue: Client) -> None:
    request(house)
    assert await post(sue, "/desk/aside/1/again") == (200, '{"told": "Taken in. New events: 1"}')
    assert [line.text for line in house.lines()] == ["hello"]
    assert count(house) == 0


async def test_a_request_that_fails_again_stays_with_the_new_error(house: DeskHouse, sue: Client) -> None:
    request(house)
    house.channel.stumbles = KeyError("hello")
    status, told = await post(sue, "/desk/aside/1/again")
    assert status == 409
    assert "It failed again: KeyError at bot/desk/aside.py:" in told
    (row,) = house.store.run_now(set_aside.waiting)
    assert (row.attempts, row.error.split(" at ")[0]) == (TRIES + 2, "KeyError")


async def test_a_request_of_an_account_that_is_off_waits(house: DeskHouse, sue: Client) -> None:
    failed = Failed(channel="fake", account="gone", digest="d", body="[]", error=ERROR)
    for _ in range(TRIES + 1):
        house.store.run_now(set_aside.count_request, failed, house.clock())
    status, told = await post(sue, "/desk/aside/1/again")
    assert (status, "The account fake/gone is switched off" in told) == (409, True)
    assert count(house) == 1


async def test_what_a_supervisor_sees_changes_by_itself(house: DeskHouse, sue: Client) -> None:
    stream = await sue.get("/desk/aside/events")
    assert (await next_event(stream))["lists"]["aside"] == []
    turn(house)
    house.bell.ring(bell.QUEUE)
    news = await next_event(stream)
    assert news["lists"]["aside"][0][0] == "aside-1"
    assert '<span class="badge">1</span>' in news["parts"]["nav-aside"]
    stream.close()


async def test_everybody_sees_which_accounts_cannot_send_while_it_lasts(
    house: DeskHouse, ann: Client
) -> None:
    known = Accounts(house.store, house.bell, house.clock)
    await known.stopped("telegram", "nimbea_fr", "refused")
    for path in ("/desk", "/desk/account"):
        page = await (await ann.get(path)).text()
        assert "Messages on telegram/nimbea_fr cannot be sent since" in page
        assert house.clock().isoformat() in page
    await known.working("telegram", "nimbea_fr")
    assert "cannot be sent" not in await (await ann.get("/desk")).text()


async def test_who_is_not_logged_in_is_told_nothing_of_accounts(house: DeskHouse, visitor: Client) -> None:
    await Accounts(house.store, house.bell, house.clock).stopped("telegram", "nimbea_fr", "refused")
    assert "cannot be sent" not in await (await visitor.get("/desk/login")).text()


async def test_a_stopped_account_appears_on_pages_that_are_open(house: DeskHouse, ann: Client) -> None:
    stream = await ann.get("/desk/events")
    await next_event(stream)
    await Accounts(house.store, house.bell, house.clock).stopped("telegram", "nimbea_fr", "refused")
    assert "telegram/nimbea_fr" in (await next_event(stream))["parts"]["alarms"]
    stream.close()
