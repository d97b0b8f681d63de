"""Rasa's memory, with Rasa's own events."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Rasa and its libraries warn of themselves on import
    pytest.importorskip("rasa")
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered

    from bot.nlu.memory import KEPT, Memory

pytestmark = [pytest.mark.rasa, pytest.mark.filterwarnings("ignore")]

DOMAIN = """
version: "3.1"
intents: [greet]
slots:
  language: {type: text, influence_conversation: false, mappings: [{type: custom}]}
"""


def opened(folder: Path) -> Any:
    return Memory(Domain.from_yaml(DOMAIN), db=str(folder / "deep" / "rasa.db"))


async def talk(memory: Any, turns: int) -> Any:
    tracker = await memory.get_or_create_tracker("7")
    tracker.update(SlotSet("language", "es"))
    for turn in range(turns):
        tracker.update(UserUttered(f"hello {turn}", intent={"name": "greet"}))
        tracker.update(ActionExecuted("utter_greet"))
        tracker.update(ActionExecuted("action_listen"))
    await memory.save(tracker)
    return tracker


async def test_a_conversation_survives_a_restart(tmp_path: Path) -> None:
    await talk(opened(tmp_path), 2)
    found = await opened(tmp_path).retrieve("7")
    assert found.latest_message.text == "hello 1"
    assert found.get_slot("language") == "es"


async def test_a_conversation_that_is_new_is_not_found(tmp_path: Path) -> None:
    assert await opened(tmp_path).retrieve("7") is None


async def test_what_is_kept_does_not_grow_with_the_conversation(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    await talk(memory, 100)
    found = await memory.retrieve("7")
    assert len(found.events) <= KEPT + 2
    assert found.latest_message.text == "hello 99"


async def test_servers_that_share_the_file_know_each_others_conversations(tmp_path: Path) -> None:
    one, another = opened(tmp_path), opened(tmp_path)
    await talk(one, 2)
    await talk(another, 1)
    found = await one.retrieve("7")
    assert [event.text for event in found.events if isinstance(event, UserUttered)] == [
        *("hello 0", "hello 1"),
        "hello 0",
    ]


async def test_slots_outlive_the_events_that_set_them(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    await talk(memory, 100)
    assert (await memory.retrieve("7")).get_slot("language") == "es"


async def test_the_conversations_are_listed(tmp_path: Path) -> None:
    memory = opened(tmp_path)
    await talk(memory, 1)
    assert list(await memory.keys()) == ["7"]
