"""Agents' actions as transactions, without HTTP."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.desk import actions, replies
from bot.desk.actions import Act, NewerCase, Written
from bot.desk.replies import OnItsWay
from bot.errors import AlreadyClaimed, NotFound, ReplyRefused, TransitionError
from bot.store import conversations, outbound, outbox
from bot.store.rows import Agent, Case, Delivery, Line
from bot.store.tables import outbox as outbox_table
from tests.fakes.desk import DeskHouse


@pytest.fixture
def ann(house: DeskHouse) -> Agent:
    return house.agent("ann")


@pytest.fixture
def bob(house: DeskHouse) -> Agent:
    return house.agent("bob")


@pytest.fixture
def sue(house: DeskHouse) -> Agent:
    return house.agent("sue", role="supervisor")


def by(house: DeskHouse, case: Case, agent: Agent) -> Act:
    return Act(case_id=case.id, agent=agent, at=house.clock())


def reply(
    house: DeskHouse,
    case: Case,
    agent: Agent,
    text: str,
    *,
    to: int | None = None,
    token: str = "t",  # noqa: S107 - no password
) -> Line | None:
    return house.store.run_now(
        replies.reply,
        by(house, case, agent),
        Written(text=text, token=token),
        where=str(to or case.conversation_id),
        brand=house.brand,
        platforms=house.platforms,
    )


def hand_back(house: DeskHouse, case: Case, agent: Agent) -> None:
    act = by(house, case, agent)
    house.store.run_now(actions.hand_back, act, brand=house.brand, platforms=house.platforms)


def resolve(house: DeskHouse, case: Case, agent: Agent, *, tell: bool) -> None:
    act = by(house, case, agent)
    house.store.run_now(actions.resolve, act, tell=tell, brand=house.brand, platforms=house.platforms)


def deadline(house: DeskHouse, line: Line | None) -> object:
    assert line
    query = outbox_table.select().where(outbox_table.c.message_id == line.id)
    return house.store.run_now(lambda c: c.execute(query).mappings().one()["deadline"])


def test_a_reply_may_be_sent_for_a_day(house: DeskHouse, ann: Agent) -> None:
    line = reply(house, house.case(), ann, "Hello")
    assert deadline(house, line) == house.clock() + timedelta(hours=24)


def test_a_public_reply_hangs_below_the_customers_last_message(house: DeskHouse, ann: Agent) -> None:
    case = house.case(surface="public", message_id="post-7")
    public = reply(house, case, ann, "We look into it", token="one")
    private = reply(house, case, ann, "Hello", to=house.joins(case), token="two")
    assert public
    assert private
    assert (public.reply_to, private.reply_to) == ("post-7", "")


def test_personal_details_go_to_the_private_chat_only(house: DeskHouse, ann: Agent) -> None:
    case = house.case(surface="public")
    private = house.joins(case)
    with pytest.raises(ReplyRefused) as refused:
        reply(house, case, ann, "Card 4111 1111 1111 1111, mail a@b.example")
    assert (refused.value.reason, refused.value.details) == ("personal_details", ("card", "email"))
    assert reply(house, case, ann, "Card 4111 1111 1111 1111", to=private)


def test_documents_and_postal_addresses_are_not_published_but_people_are_greeted(
    house: DeskHouse, ann: Agent
) -> None:
    case = house.case(surface="public")
    with pytest.raises(ReplyRefused) as refused:
        reply(house, case, ann, "Passport 09AB12345, to 12 rue des Lilas, 69003 Lyon")
    assert refused.value.details == ("document", "address")
    assert reply(house, case, ann, "Hello Marie, we look into it", token="two")


def test_the_brands_own_address_may_be_published(house: DeskHouse, ann: Agent) -> None:
    case = house.case(surface="public")
    assert reply(house, case, ann, "Write to care@nimbea.example")
    with pytest.raises(ReplyRefused):
        reply(house, case, ann, "Write to care@fakenimbea.example", token="two")


def test_a_refused_form_can_be_corrected_and_sent(house: DeskHouse, ann: Agent) -> None:
    case = house.case(surface="public")
    with pytest.raises(ReplyRefused):
        reply(house, case, ann, "Your booking X4K9PL")
    assert reply(house, case, ann, "Your booking is fine")


def test_the_same_form_of_two_agents_is_two_forms(house: DeskHouse, ann: Agent, bob: Agent) -> None:
    case = house.case()
    written = Written(text="look", token="t")
    assert house.store.run_now(actions.note, by(house, case, ann), written)
    assert house.store.run_now(actions.note, by(house, case, bob), written)
    assert house.store.run_now(actions.note, by(house, case, bob), written) is None


def test_only_one_agent_answers(house: DeskHouse, ann: Agent, bob: Agent, sue: Agent) -> None:
    case = house.case()
    reply(house, case, ann, "I am on it")
    for other in (bob, sue):
        with pytest.raises(AlreadyClaimed, match="Ann"):
            reply(house, case, other, "Me too", token="two")


def test_after_taking_over_the_other_agent_answers(house: DeskHouse, ann: Agent, bob: Agent) -> None:
    case = house.case()
    house.store.run_now(actions.claim, by(house, case, ann))
    house.store.run_now(actions.take_over, by(house, case, bob))
    assert reply(house, case, bob, "I go on from here")
    with pytest.raises(AlreadyClaimed, match="Bob"):
        reply(house, case, ann, "Me again", token="two")


def test_another_conversation_cannot_be_answered_through_a_case(house: DeskHouse, ann: Agent) -> None:
    case, other = house.case(), house.says("Somebody else", person="dora")
    with pytest.raises(NotFound):
        reply(house, case, ann, "Hello", to=other)


def test_a_note_is_never_queued(house: DeskHouse, ann: Agent) -> None:
    case = house.case()
    line = house.store.run_now(actions.note, by(house, case, ann), Written(text="look", token="t"))
    assert line
    assert (line.author, line.delivery) == ("note", None)
    assert house.store.run_now(lambda c: c.execute(outbox_table.select()).all()) == []
    assert house.now(case).status == "waiting"


@pytest.mark.parametrize("action", ["transfer", "hand_back", "resolve"])
def test_a_colleagues_case_is_neither_moved_nor_closed(
    house: DeskHouse, ann: Agent, bob: Agent, sue: Agent, action: str
) -> None:
    case = house.case()
    house.store.run_now(actions.claim, by(house, case, ann))
    more: dict[str, dict[str, Any]]
    there = {"platforms": house.platforms}
    more = {"transfer": {"team": "press", "text": ""}, "resolve": {"tell": False} | there, "hand_back": there}
    move = partial(getattr(actions, action), brand=house.brand, **more[action])
    with pytest.raises(AlreadyClaimed, match="Ann"):
        house.store.run_now(move, by(house, case, bob))
    house.store.run_now(move, by(house, case, sue))
    assert house.now(case).status != "claimed"


def test_a_transfer_brings_its_note_along(house: DeskHouse, ann: Agent) -> None:
    case = house.case()
    house.store.run_now(
        actions.transfer, by(house, case, ann), team="press", text="For you", brand=house.brand
    )
    assert (house.now(case).team, house.now(case).agent_id) == ("press", None)
    assert house.lines()[-1].text == "For you"


def test_a_more_urgent_case_is_due_earlier_and_a_promise_is_kept(house: DeskHouse, ann: Agent) -> None:
    case = house.case()
    act = by(house, case, ann)
    house.store.run_now(actions.prioritise, act, priority="urgent", brand=house.brand)
    assert house.now(case).answer_by == house.clock() + timedelta(minutes=30)
    house.store.run_now(actions.prioritise, act, priority="low", brand=house.brand)
    assert house.now(case).rank == 3
    assert house.now(case).answer_by == house.clock() + timedelta(minutes=30)


def test_handing_back_says_in_private_that_the_bot_is_back(house: DeskHouse, ann: Agent) -> None:
    case = house.case(surface="public")
    private = house.joins(case)
    hand_back(house, case, ann)
    said = house.lines(private)[-1]
    assert (said.author, said.purpose, said.delivery) == ("bot", "notice", "queued")
    assert "Nimbéa automated assistant" in said.text
    assert [line.author for line in house.lines(case.conversation_id)] == ["customer"]


def test_nothing_is_said_to_who_stopped_the_bot(house: DeskHouse, ann: Agent) -> None:
    case = house.case()
    house.store.run_now(actions.flag, by(house, case, ann), name="stopped", on=True)
    hand_back(house, case, ann)
    assert len(house.lines()) == 1


@pytest.mark.parametrize("tell", [True, False])
def test_the_customer_hears_of_the_end_only_if_wished(house: DeskHouse, ann: Agent, tell: bool) -> None:
    case = house.case()
    resolve(house, case, ann, tell=tell)
    texts = [line.text for line in house.lines()]
    assert any("NB-7K2QX4 is closed" in text for text in texts) is tell


def test_an_agent_reopens_a_case_and_owns_it(house: DeskHouse, ann: Agent, bob: Agent) -> None:
    case = house.case()
    resolve(house, case, ann, tell=False)
    with pytest.raises(TransitionError):
        reply(house, case, bob, "One more thing")
    house.clock.forward(hours=1)
    house.store.run_now(actions.reopen, by(house, case, bob), brand=house.brand)
    again = house.now(case)
    assert (again.status, again.agent_id, again.resolved_at) == ("claimed", bob.id, None)
    assert again.answer_by == house.clock() + timedelta(hours=4)


def test_an_old_case_is_not_reopened_beside_a_newer_one(house: DeskHouse, ann: Agent) -> None:
    old = house.case()
    hand_back(house, old, ann)
    house.case("Again", reference="NB-NEWER1")
    with pytest.raises(NewerCase):
        house.store.run_now(actions.reopen, by(house, old, ann), brand=house.brand)


def test_a_mark_is_set_on_all_conversations_and_recorded_once(house: DeskHouse, ann: Agent) -> None:
    case = house.case(surface="public")
    private = house.joins(case)
    for _ in range(2):
        house.store.run_now(actions.flag, by(house, case, ann), name="abusive", on=True)
    for conversation_id in (case.conversation_id, private):
        assert house.store.run_now(conversations.load, conversation_id).abusive_at
    assert [entry.action for entry in house.record(case)].count("abusive") == 2


@pytest.mark.parametrize("delivery", ["failed", "unknown"])
def test_a_message_that_did_not_arrive_is_sent_again_once(
    house: DeskHouse, ann: Agent, delivery: Delivery
) -> None:
    case = house.case()
    line = reply(house, case, ann, "Hello")
    assert line
    act = by(house, case, ann)
    with pytest.raises(OnItsWay):
        house.store.run_now(replies.retry, act, message_id=line.id, platforms=house.platforms)
    house.store.run_now(outbox.done, line.id)
    house.store.run_now(outbound.advance, line.id, delivery, reason="no network")
    house.store.run_now(replies.retry, act, message_id=line.id, platforms=house.platforms)
    assert house.lines()[-1].delivery == "queued"
    with pytest.raises(OnItsWay):
        house.store.run_now(replies.retry, act, message_id=line.id, platforms=house.platforms)


def test_every_action_is_in_the_record_with_who_did_it(house: DeskHouse, ann: Agent) -> None:
    case = house.case()
    reply(house, case, ann, "Hello")
    house.store.run_now(actions.note, by(house, case, ann), Written(text="look", token="n"))
    resolve(house, case, ann, tell=False)
    house.store.run_now(actions.reopen, by(house, case, ann), brand=house.brand)
    done = [(entry.action, entry.actor) for entry in house.record(case)][-5:]
    assert done == [
        (name, f"agent:{ann.id}") for name in ("claimed", "replied", "noted", "resolved", "stepped_in")
    ]
