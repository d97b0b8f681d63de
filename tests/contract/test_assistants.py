"""One suite over every assistant: what turns rely on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.assistant.port import Assistant
from bot.assistant.rasa import Rasa
from bot.assistant.scripted import Scripted, understood
from bot.assistant.several import Several
from bot.errors import AssistantFailed, AssistantUnavailable
from bot.messages import Turn
from tests.fakes.rasa import PaperRasa, paper_rasa

TURN = Turn(conversation="7", text="May my cat come?", language="en", surface="private")


class Stage(ABC):
    """An assistant that knows about pets, and what can happen to what stands behind it."""

    assistant: Assistant

    @abstractmethod
    async def goes(self) -> None:
        """Nothing answers any more."""

    @abstractmethod
    async def returns(self) -> None:
        """It is there again."""

    @abstractmethod
    def refuses(self) -> None:
        """It fails on every turn."""


class InProcess(Stage):
    def __init__(self) -> None:
        self.assistant = self._scripted = Scripted({"cat": understood("question_pet", "question", "Yes.")})

    async def goes(self) -> None:
        self._scripted.failing = AssistantUnavailable("gone")

    async def returns(self) -> None:
        self._scripted.failing = None

    def refuses(self) -> None:
        self._scripted.failing = AssistantFailed("refused")


class OverHttp(Stage):
    def __init__(self, assistant: Assistant, *papers: PaperRasa) -> None:
        self.assistant = assistant
        self._papers = papers

    async def goes(self) -> None:
        for paper in self._papers:
            await paper.dies()

    async def returns(self) -> None:
        for paper in self._papers:
            await paper.lives()

    def refuses(self) -> None:
        for paper in self._papers:
            paper.status = 500


@pytest.fixture(params=["scripted", "rasa", "several"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        built: Stage = InProcess()
        if request.param != "scripted":
            papers = [await stack.enter_async_context(paper_rasa()) for _ in range(2)]
            rasas = [Rasa(paper.url) for paper in papers]
            for rasa in rasas:
                stack.push_async_callback(rasa.close)
            # Time flies: who was away is looked at again at once.
            several = Several({"a": rasas[0], "b": rasas[1]}, clock=iter(range(0, 10**6, 60)).__next__)
            built = OverHttp(rasas[0] if request.param == "rasa" else several, *papers)
        yield built


async def test_a_turn_is_understood(stage: Stage) -> None:
    understanding = await stage.assistant.read(TURN)
    assert (understanding.reading.register, understanding.reading.intent) == ("question", "question_pet")
    assert understanding.replies[0].name == "utter_question_pet"


async def test_who_answers_is_ready(stage: Stage) -> None:
    assert await stage.assistant.ready()


async def test_who_is_gone_may_be_asked_again(stage: Stage) -> None:
    await stage.goes()
    for _ in range(2):
        with pytest.raises(AssistantUnavailable):
            await stage.assistant.read(TURN)
    assert not await stage.assistant.ready()


async def test_who_returns_understands_again(stage: Stage) -> None:
    await stage.goes()
    with pytest.raises(AssistantUnavailable):
        await stage.assistant.read(TURN)
    await stage.returns()
    assert await stage.assistant.ready()
    assert (await stage.assistant.read(TURN)).replies


async def test_a_turn_on_which_it_fails_is_told_from_its_absence(stage: Stage) -> None:
    stage.refuses()
    with pytest.raises(AssistantFailed):
        await stage.assistant.read(TURN)


async def test_closing_twice_does_no_harm(stage: Stage) -> None:
    await stage.assistant.read(TURN)
    await stage.assistant.close()
    await stage.assistant.close()
