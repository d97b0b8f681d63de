"""While somebody outside of Relais has a conversation the bot is silent, and our humans know of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.assistant.scripted import Scripted, understood
from bot.errors import DeliveryLater
from bot.messages import Turn, Understanding
from bot.store import agents, cases
from bot.store.rows import ELSEWHERE
from tests.fakes.house import House

SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
    "thank": understood("thanks", "thanks", "With pleasure!"),
}


class Interrupted(Scripted):
    """While the assistant reads, somebody answers elsewhere."""

    def __init__(self, house: House) -> None:
        super().__init__(SCRIPT)
        self._house = house

    async def read(self, turn: Turn) -> Understanding:
        """Read, and let the colleague be quicker."""
        await self._house.says("I look into it.", kind="colleague")
        return await super().read(turn)


@pytest.mark.parametrize("sign", ["colleague", "taken_elsewhere"])
async def test_the_bot_is_silent_and_the_conversation_has_an_owner(house: House, sign: str) -> None:
    await house.says("Good morning", kind=sign)
    house.clock.forward(minutes=1)
    await house.says("cabin bag?")
    await house.works()
    case = house.case()
    assert (case.status, case.reason, case.answered_at) == ("waiting", "answered_elsewhere", None)
    assert house.channel.texts == []
    await house.says("cabin bag?")
    await house.works()
    assert (house.channel.texts, house.case().id) == ([], case.id)


async def test_a_colleague_who_is_quicker_than_the_turn_has_answered(house: House) -> None:
    await house.says("cabin bag?")
    house.clock.forward(seconds=1)
    await house.says("It is 10 kg.", kind="colleague")
    await house.works()
    case = house.case()
    assert house.channel.texts == []
    assert (case.reason, case.answered_at) == ("answered_elsewhere", case.opened_at)


async def test_a_colleague_who_comes_in_while_the_assistant_reads_is_not_interrupted(house: House) -> None:
    house.assistant = Interrupted(house)
    house.restart()
    await house.says("cabin bag?")
    await house.works()
    assert house.channel.texts == []
    assert house.case().reason == "answered_elsewhere"
    assert [line.author for line in house.lines()] == ["customer", "colleague"]


async def test_what_is_a_crisis_stays_one(house: House) -> None:
    await house.says(kind="taken_elsewhere")
    await house.says("there is smoke in the cabin")
    await house.works()
    assert (house.case().reason, house.case().rank) == ("danger", 0)
    assert house.channel.texts == []


async def test_a_case_that_is_reopened_meanwhile_is_not_announced(house: House) -> None:
    await house.says("scandal")
    await house.works()
    agent = house.store.run_now(
        agents.add, login="ann", name="Ann", role="agent", password="secret-1", now=house.clock()
    )
    case = house.store.run_now(cases.claim, house.case().id, agent.id, house.clock())
    house.store.run_now(cases.resolve, case.id, agent.id, house.clock())
    await house.says(kind="taken_elsewhere")
    await house.says("cabin bag?")
    await house.works()
    assert house.case().status == "claimed"
    assert len(house.channel.texts) == 1


async def test_nobody_is_told_to_wait_a_moment(house: House) -> None:
    await house.says(kind="taken_elsewhere")
    await house.says("cabin bag?")
    house.clock.forward(seconds=1)
    await house.triage.look()
    await house.outbox.drain()
    assert house.channel.texts == []


async def test_it_is_the_bots_again_when_the_platform_says_so(house: House) -> None:
    await house.says(kind="taken_elsewhere")
    await house.says("cabin bag?")
    await house.works()
    await house.says(kind="returned")
    assert house.case().status == "handed_back"
    await house.says("thank you")
    await house.works()
    assert house.channel.texts == ["With pleasure!"]


async def test_a_case_that_an_agent_has_stays_his_when_it_comes_back(house: House) -> None:
    await house.says("scandal")
    await house.works()
    await house.says(kind="taken_elsewhere")
    await house.says(kind="returned")
    assert house.case().status == "waiting"


async def test_after_a_day_without_a_sign_it_is_the_bots_again(house: House) -> None:
    await house.says("Good morning", kind="colleague")
    house.clock.forward(seconds=int(ELSEWHERE.total_seconds()) - 60)
    await house.says("Are you still there?", kind="colleague")
    house.clock.forward(minutes=2)
    await house.says("cabin bag?", person="bob")
    assert house.conversation().is_elsewhere(house.clock())
    house.clock.forward(hours=24)
    await house.says("cabin bag?")
    await house.works()
    assert house.conversation().case_id is None
    assert house.channel.texts.count("One cabin bag of 10 kg.") == 2


async def test_a_text_that_waits_to_be_tried_again_is_not_sent(house: House) -> None:
    house.channel.failures = [DeliveryLater("503")]
    await house.says("cabin bag?")
    await house.works()
    await house.says("I do it.", kind="colleague")
    house.clock.forward(minutes=1)
    await house.works()
    assert house.channel.texts == []
    assert house.lines()[1].delivery == "dropped"


async def test_a_sign_that_comes_late_counts_from_when_it_was_given(house: House) -> None:
    given = house.clock()
    house.clock.forward(hours=20)
    await house.says("Good morning", kind="colleague", at=given)
    assert house.conversation().elsewhere_at == given
    assert not house.conversation().is_elsewhere(house.clock() + timedelta(hours=5))
