"""What is counted while the product works, on a real store."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from bot.assistant.scripted import understood
from bot.conversation.turns import LEASE
from bot.errors import AssistantUnavailable, DeliveryRefused
from bot.logs import Json
from bot.store import conversations
from tests.fakes.house import House

ACCOUNT = {"channel": "fake", "account": "main"}
SCRIPT = {
    "cabin bag": understood("question_cabin_bag", "question", "One cabin bag of 10 kg."),
    "dog": understood("question_pet", "question", "Yes.", "In its box."),
    "scandal": understood("complaint", "complaint", "I am truly sorry."),
}


class Counted:
    """A house, and what is counted in it from now on."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._before: dict[str, float] = {}
        self._before = self.all()

    def all(self) -> dict[str, float]:
        """What has changed, by name and labels as Prometheus writes them."""
        found = {
            name(sample.name, sample.labels): sample.value
            for metric in REGISTRY.collect()
            for sample in metric.samples
            if sample.name.startswith("relais_") and sample.name.endswith(("_total", "_count", "_sum"))
        }
        changed = {key: value - self._before.get(key, 0) for key, value in found.items()}
        return {key: value for key, value in changed.items() if value}

    def of(self, sample: str, **labels: str) -> float:
        """How much was counted."""
        return self.all().get(name(f"relais_{sample}", labels), 0)


def name(sample: str, labels: dict[str, str]) -> str:
    return sample + json.dumps(labels, sort_keys=True)


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Counted]:
    house = House(tmp_path, SCRIPT)
    yield Counted(house)
    house.store.close()


async def test_what_is_accepted_once_is_counted_once(counted: Counted) -> None:
    await counted.house.says("How big may my cabin bag be?", number=1)
    await counted.house.says("How big may my cabin bag be?", number=1)
    await counted.house.says(kind="deleted", number=2)
    assert counted.of("accepted_messages_total", **ACCOUNT) == 1


async def test_messages_are_handled_as_many_as_were_accepted(counted: Counted) -> None:
    house = counted.house
    await house.says("Good morning")
    await house.says("How big may my cabin bag be?")
    await house.works()
    await house.says("This is a scandal")
    await house.works()
    await house.says("Well?")
    await house.works()
    handled = {
        outcome: counted.of("handled_messages_total", **ACCOUNT, outcome=outcome)
        for outcome in ("answer", "handover", "passed_on")
    }
    assert handled == {"answer": 2, "handover": 1, "passed_on": 1}
    assert counted.of("accepted_messages_total", **ACCOUNT) == sum(handled.values())


async def test_a_turn_is_timed_by_its_outcome(counted: Counted) -> None:
    await counted.house.says("How big may my cabin bag be?")
    await counted.house.works()
    assert counted.of("turn_seconds_count", outcome="answer") == 1


async def test_a_turn_that_is_tried_again_handles_nothing_yet(counted: Counted) -> None:
    counted.house.assistant.failing = AssistantUnavailable("loading")
    await counted.house.says("How big may my cabin bag be?")
    await counted.house.turns.drain()
    assert counted.of("turn_seconds_count", outcome="again") == 1
    assert not any("handled_messages" in key for key in counted.all())


async def test_the_first_response_is_timed_from_when_the_customer_wrote(counted: Counted) -> None:
    house = counted.house
    await house.says("Good morning")
    house.clock.forward(seconds=2)
    await house.says("How big may my cabin bag be?")
    await house.answers()
    house.clock.forward(seconds=1)
    await house.outbox.drain()
    labels = {"channel": "fake", "purpose": "answer"}
    assert counted.of("first_response_seconds_count", **labels) == 1
    assert counted.of("first_response_seconds_sum", **labels) == 3


async def test_after_one_moment_the_answer_is_no_first_response(counted: Counted) -> None:
    house = counted.house
    for _ in range(2):
        await house.says("How big may my cabin bag be?")
        house.clock.forward(seconds=1)
        await house.triage.look()
        await house.works()
        house.clock.forward(minutes=1)
    counts = {key: value for key, value in counted.all().items() if "first_response_seconds_count" in key}
    labels = {"channel": "fake", "purpose": "acknowledge"}
    assert counts == {name("relais_first_response_seconds_count", labels): 2}


async def test_two_replies_are_one_first_response(counted: Counted) -> None:
    await counted.house.says("And a dog?")
    await counted.house.works()
    assert counted.house.channel.texts == ["Yes.", "In its box."]
    assert counted.of("first_response_seconds_count", channel="fake", purpose="answer") == 1


async def test_a_handover_is_counted_by_its_reason(counted: Counted) -> None:
    await counted.house.says("This is a scandal")
    await counted.house.works()
    assert counted.of("handovers_total", reason="complaint") == 1


async def test_a_reply_that_is_lost_is_a_handover_too(counted: Counted) -> None:
    await counted.house.says("How big may my cabin bag be?")
    counted.house.channel.failures = [DeliveryRefused("too long")]
    await counted.house.works()
    assert counted.of("handovers_total", reason="delivery_failed") == 1
    assert counted.of("sends_total", **ACCOUNT, result="DeliveryRefused") == 1


async def test_messages_that_are_set_aside_are_handled_by_a_human(counted: Counted) -> None:
    house = counted.house
    house.assistant.failing = KeyError("x")  # type: ignore[assignment]  # our own code fails
    await house.says("How big may my cabin bag be?")
    await house.says("Hello?")
    for _ in range(6):
        await house.works()
        house.clock.forward(minutes=1)
    assert counted.of("handled_messages_total", **ACCOUNT, outcome="set_aside") == 2
    assert counted.of("handovers_total", reason="set_aside") == 1
    assert counted.of("turn_seconds_count", outcome="failed") == 4


async def test_a_turn_whose_lease_went_to_another_is_lost(counted: Counted) -> None:
    house = counted.house
    await house.says("How big may my cabin bag be?")
    house.assistant.gate.clear()
    await house.turns.start()
    await house.assistant.thinking.wait()
    house.clock.forward(minutes=1)
    now = house.clock()
    assert house.store.run_now(conversations.claim, "another", now=now, until=now + LEASE, most=1)
    house.assistant.gate.set()
    await house.turns.idle()
    assert counted.of("leases_lost_total") == 1
    assert counted.of("turn_seconds_count", outcome="lost") == 1


async def test_those_who_wait_and_are_told_so_are_counted(counted: Counted) -> None:
    await counted.house.says("How big may my cabin bag be?")
    counted.house.clock.forward(seconds=1)
    await counted.house.triage.look()
    await counted.house.triage.look()
    assert counted.of("triage_acknowledgements_total") == 1
    assert counted.of("triage_crises_total") == 0


async def test_every_line_of_a_log_bears_its_conversation(
    counted: Counted, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    caplog.handler.setFormatter(Json("gateway"))
    conversation = await counted.house.says("This is a scandal")
    await counted.house.works()
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    assert [line["message"] for line in lines] == ["accepted", "turn ended", "sent"]
    assert {line["conversation"] for line in lines} == {conversation}
    assert [line.get("account") for line in lines] == [None, "main", "main"]
    assert lines[1]["outcome"] == "handover"
    assert lines[2]["case"] == counted.house.case(conversation).id
    assert "scandal" not in caplog.text
