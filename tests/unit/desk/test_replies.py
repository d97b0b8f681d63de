"""What platforms allow agents to say: in time, short enough, in private, or in approved words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.brand import ApprovedText
from bot.channels.base import Windows
from bot.desk import actions, replies
from bot.desk.actions import Act, Written
from bot.desk.replies import Filled
from bot.desk.targets import TooLong
from bot.errors import NotFound, ReplyRefused
from bot.messages import Template
from bot.store import outbound, outbox
from bot.store.rows import Agent, Case, Line
from bot.store.tables import outbox as outbox_table
from tests.fakes.desk import DeskHouse

META: dict[str, Any] = {
    "windows": Windows(anybody=timedelta(hours=24), human=timedelta(days=7)),
    "private_reply": timedelta(days=7),
    "longest_text": 40,
    "measure": lambda text: len(text.encode()),
}
WHATSAPP: dict[str, Any] = {"windows": Windows(anybody=timedelta(hours=24), templates=True)}
GRANTED = {"human_agent": "yes"}
BAG = ApprovedText(name="bag_found", language="en", text="Dear {1}, your bag is at {2}.")


@pytest.fixture
def ann(house: DeskHouse) -> Agent:
    return house.agent("ann")


def by(house: DeskHouse, case: Case, agent: Agent) -> Act:
    return Act(case_id=case.id, agent=agent, at=house.clock())


def reply(house: DeskHouse, case: Case, agent: Agent, where: object, text: str = "Hello") -> Line:
    line = house.store.run_now(
        replies.reply,
        by(house, case, agent),
        Written(text=text, token=f"{where} {text} {house.clock()}"),
        where=str(where),
        brand=house.brand,
        platforms=house.platforms,
    )
    assert line
    return line


def approved(house: DeskHouse, case: Case, agent: Agent, *parameters: str, **more: str) -> Line | None:
    values: Mapping[str, Any] = {"name": "bag_found", "language": "en", "token": "t", **more}
    return house.store.run_now(
        replies.send_approved,
        by(house, case, agent),
        Filled(parameters=parameters, **values),
        where=str(case.conversation_id),
        platforms=house.platforms,
    )


def retry(house: DeskHouse, case: Case, agent: Agent, line: Line) -> None:
    house.store.run_now(outbox.done, line.id)
    house.store.run_now(outbound.advance, line.id, "failed", reason="no network")
    act = by(house, case, agent)
    house.store.run_now(replies.retry, act, message_id=line.id, platforms=house.platforms)


def refused(house: DeskHouse, case: Case, agent: Agent, where: object, text: str = "Hello") -> str:
    before = len(house.lines(case.conversation_id))
    with pytest.raises(ReplyRefused) as caught:
        reply(house, case, agent, where, text)
    assert len(house.lines(case.conversation_id)) == before
    return caught.value.reason


def deadline(house: DeskHouse, line: Line) -> datetime:
    query = outbox_table.select().where(outbox_table.c.message_id == line.id)
    moment: datetime = house.store.run_now(lambda c: c.execute(query).mappings().one()["deadline"])
    return moment


def test_what_the_platform_would_refuse_is_refused_with_a_reason(house: DeskHouse, ann: Agent) -> None:
    house.network(**META, options=GRANTED)
    case = house.case()
    house.clock.forward(days=7, seconds=-1)
    reply(house, case, ann, case.conversation_id)
    house.clock.forward(seconds=1)
    assert refused(house, case, ann, case.conversation_id) == "window_closed"
    house.says("Are you there?")
    reply(house, case, ann, case.conversation_id)


def test_the_longer_time_is_only_for_accounts_to_which_it_was_granted(house: DeskHouse, ann: Agent) -> None:
    house.network(**META)
    case = house.case()
    house.clock.forward(hours=24)
    assert refused(house, case, ann, case.conversation_id) == "window_closed"


def test_a_reply_is_not_tried_for_longer_than_it_is_taken(house: DeskHouse, ann: Agent) -> None:
    house.network(**META)
    case = house.case()
    said_at = house.clock()
    house.clock.forward(hours=23)
    assert deadline(house, reply(house, case, ann, case.conversation_id)) == said_at + timedelta(hours=24)


def test_a_message_that_failed_is_not_sent_again_when_time_is_over(house: DeskHouse, ann: Agent) -> None:
    house.network(**META)
    case = house.case()
    line = reply(house, case, ann, case.conversation_id)
    house.clock.forward(hours=24)
    with pytest.raises(ReplyRefused, match="window_closed"):
        retry(house, case, ann, line)


def test_a_text_is_as_long_as_its_platform_counts(house: DeskHouse, ann: Agent) -> None:
    house.network(**META)
    case = house.case()
    reply(house, case, ann, case.conversation_id, "x" * 40)
    with pytest.raises(TooLong) as caught:
        reply(house, case, ann, case.conversation_id, "é" * 21)
    assert (caught.value.length, caught.value.most) == (42, 40)


def test_the_author_of_a_public_message_is_written_to_in_private_once(house: DeskHouse, ann: Agent) -> None:
    house.network(**META)
    case = house.case(surface="public", message_id="comment-1")
    where = f"{case.conversation_id}:private"
    line = reply(house, case, ann, where, "Your booking X4K9PL is fine")
    assert (line.in_private, line.reply_to) == (True, "comment-1")
    assert refused(house, case, ann, where) == "private_reply_used"
    house.says("Another word", surface="public", message_id="comment-2")
    assert reply(house, case, ann, where).reply_to == "comment-2"
    retry(house, case, ann, line)


def test_an_old_public_message_is_not_answered_in_private(house: DeskHouse, ann: Agent) -> None:
    house.network(**META)
    case = house.case(surface="public")
    house.clock.forward(days=7)
    assert refused(house, case, ann, f"{case.conversation_id}:private") == "private_reply_late"
    reply(house, case, ann, case.conversation_id)


def test_what_was_deleted_is_not_answered_in_private(house: DeskHouse, ann: Agent) -> None:
    house.network(**META)
    case = house.case(surface="public", message_id="m")
    house.says("", surface="public", kind="deleted", message_id="m")
    with pytest.raises(NotFound):
        reply(house, case, ann, f"{case.conversation_id}:private")


def test_a_platform_without_private_answers_has_none(house: DeskHouse, ann: Agent) -> None:
    case = house.case(surface="public")
    with pytest.raises(NotFound):
        reply(house, case, ann, f"{case.conversation_id}:private")


def test_an_approved_text_is_sent_when_nothing_else_is_taken(house: DeskHouse, ann: Agent) -> None:
    house.network(**WHATSAPP, templates=(BAG,))
    case = house.case()
    house.clock.forward(hours=25)
    assert refused(house, case, ann, case.conversation_id) == "window_closed"
    line = approved(house, case, ann, " Ana\n", "gate 3")
    assert line
    assert line.text == "Dear Ana, your bag is at gate 3."
    assert line.template == Template(name="bag_found", language="en", parameters=("Ana", "gate 3"))
    assert house.lines()[-1] == line
    assert deadline(house, line) == house.clock() + timedelta(hours=24)
    assert approved(house, case, ann, "Ana", "gate 3") is None
    retry(house, case, ann, line)


@pytest.mark.parametrize("parameters", [(), ("Ana",), ("Ana", "  "), ("Ana", "gate 3", "more")])
def test_every_blank_of_an_approved_text_is_filled(
    house: DeskHouse, ann: Agent, parameters: tuple[str, ...]
) -> None:
    house.network(**WHATSAPP, templates=(BAG,))
    with pytest.raises(ReplyRefused, match="blanks"):
        approved(house, house.case(), ann, *parameters)


@pytest.mark.parametrize("more", [{"name": "other"}, {"language": "fr"}])
def test_only_what_was_approved_is_sent(house: DeskHouse, ann: Agent, more: dict[str, str]) -> None:
    house.network(**WHATSAPP, templates=(BAG,))
    with pytest.raises(NotFound):
        approved(house, house.case(), ann, "Ana", "gate 3", **more)


def test_a_platform_without_approved_texts_gets_none(house: DeskHouse, ann: Agent) -> None:
    house.network(**META, templates=(BAG,))
    with pytest.raises(NotFound):
        approved(house, house.case(), ann, "Ana", "gate 3")


def test_the_private_link_is_sent_in_public_and_leads_to_the_case(house: DeskHouse, ann: Agent) -> None:
    case = house.case(surface="public", message_id="post-7")
    act = by(house, case, ann)
    more: dict[str, Any] = {"where": "1", "token": "t", "brand": house.brand, "platforms": house.platforms}
    line = house.store.run_now(replies.send_link, act, **more)
    assert line
    assert (line.author, line.reply_to, line.delivery) == ("bot", "post-7", "queued")
    assert house.store.run_now(replies.send_link, act, **more) is None
    private = house.says("Here", start_token=line.text.rpartition("/")[2])
    assert private in house.store.run_now(lambda c: [t.id for t in actions.conversations_of(c, case.id)])
    assert [entry.action for entry in house.record(case)].count("link_sent") == 1


def test_there_is_no_link_from_private_to_private(house: DeskHouse, ann: Agent) -> None:
    case = house.case()
    with pytest.raises(ReplyRefused, match="no_link"):
        house.store.run_now(
            replies.send_link,
            by(house, case, ann),
            token="t",
            where="1",
            brand=house.brand,
            platforms=house.platforms,
        )


def test_the_bot_says_nothing_when_only_humans_may(house: DeskHouse, ann: Agent) -> None:
    house.network(**META, options=GRANTED)
    case = house.case()
    house.clock.forward(hours=25)
    act = by(house, case, ann)
    house.store.run_now(actions.resolve, act, tell=True, brand=house.brand, platforms=house.platforms)
    assert len(house.lines()) == 1


def test_handing_back_ends_what_somebody_had_elsewhere(house: DeskHouse, ann: Agent) -> None:
    case = house.case()
    house.says("I take care of it", kind="colleague")
    talk = house.store.run_now(actions.conversations_of, case.id)[0]
    assert talk.is_elsewhere(house.clock())
    act = by(house, case, ann)
    house.store.run_now(actions.hand_back, act, brand=house.brand, platforms=house.platforms)
    assert house.store.run_now(actions.conversations_of, case.id)[0].elsewhere_at is None


def test_a_language_that_the_brand_does_not_speak_is_no_mistake(house: DeskHouse, ann: Agent) -> None:
    case = house.case(language="de")
    act = by(house, case, ann)
    house.store.run_now(actions.hand_back, act, brand=house.brand, platforms=house.platforms)
    assert "Nimbéa automated assistant" in house.lines()[-1].text
