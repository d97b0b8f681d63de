from __future__ import annotations

import asyncio

import pytest

from bot.assistant.scripted import NOT_UNDERSTOOD, Scripted, understood
from bot.errors import AssistantUnavailable
from bot.messages import Turn

PET = understood("question_pet", "question", "Yes.", topic="pet")


def turn(text: str) -> Turn:
    return Turn(conversation="7", text=text, language="en", surface="private")


async def test_the_first_phrase_that_stands_in_the_text_decides() -> None:
    assistant = Scripted({"cat": PET})
    assert await assistant.read(turn("May my CAT come?")) == PET


async def test_what_is_not_in_the_script_is_not_understood() -> None:
    assert await Scripted({"cat": PET}).read(turn("hello")) == NOT_UNDERSTOOD


async def test_it_fails_when_told_to() -> None:
    assistant = Scripted({})
    assistant.failing = AssistantUnavailable("gone")
    assert not await assistant.ready()
    with pytest.raises(AssistantUnavailable):
        await assistant.read(turn("hello"))


async def test_it_thinks_while_its_gate_is_closed() -> None:
    assistant = Scripted({"cat": PET})
    assistant.gate.clear()
    reading = asyncio.ensure_future(assistant.read(turn("cat")))
    done, _ = await asyncio.wait({reading}, timeout=0.01)
    assert not done
    assistant.gate.set()
    assert await reading == PET
