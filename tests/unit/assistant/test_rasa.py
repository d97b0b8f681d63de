"""The client of Rasa, against a server that answers as told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from prometheus_client import REGISTRY

from bot.assistant.rasa import Rasa
from bot.errors import AssistantError, AssistantFailed, AssistantUnavailable
from bot.messages import Turn
from tests.fakes.rasa import PaperRasa, paper_rasa

TURN = Turn(conversation="7", text="où est ma valise ?", language="fr", surface="private")


@pytest.fixture
async def paper() -> AsyncIterator[PaperRasa]:
    async with paper_rasa() as built:
        yield built


@pytest.fixture
async def rasa(paper: PaperRasa) -> AsyncIterator[Rasa]:
    client = Rasa(paper.url, patience=0.5)
    yield client
    await client.close()


async def test_a_turn_is_asked_with_its_conversation_and_language(paper: PaperRasa, rasa: Rasa) -> None:
    await rasa.read(TURN)
    assert paper.asked == [
        {"sender": "7", "text": "où est ma valise ?", "language": "fr", "surface": "private"}
    ]


async def test_reading_and_replies_are_understood(rasa: Rasa) -> None:
    understanding = await rasa.read(TURN)
    assert understanding.reading.topic == "pet"
    assert understanding.reading.entities[0].value == "NB204"
    assert understanding.replies[0].buttons[0].payload == "/b"


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_rasa_that_is_loading_may_be_asked_again(paper: PaperRasa, rasa: Rasa, status: int) -> None:
    paper.status = status
    with pytest.raises(AssistantUnavailable):
        await rasa.read(TURN)


@pytest.mark.parametrize("status", [400, 404, 500])
async def test_a_rasa_that_refuses_has_failed(paper: PaperRasa, rasa: Rasa, status: int) -> None:
    paper.status = status
    with pytest.raises(AssistantFailed):
        await rasa.read(TURN)


@pytest.mark.parametrize("body", [{}, [], {"reading": {"intent": 3}}])
async def test_an_answer_of_another_shape_is_a_failure(paper: PaperRasa, rasa: Rasa, body: Any) -> None:
    paper.body = body
    with pytest.raises(AssistantFailed):
        await rasa.read(TURN)


async def test_a_rasa_that_thinks_too_long_is_unavailable(paper: PaperRasa, rasa: Rasa) -> None:
    paper.thinking.clear()
    with pytest.raises(AssistantUnavailable):
        await rasa.read(TURN)


async def test_a_rasa_that_is_not_there_is_unavailable_and_not_ready() -> None:
    rasa = Rasa("http://127.0.0.1:1")
    assert not await rasa.ready()
    with pytest.raises(AssistantUnavailable):
        await rasa.read(TURN)
    await rasa.close()


async def test_ready_means_that_the_model_is_loaded(paper: PaperRasa, rasa: Rasa) -> None:
    assert await rasa.ready()
    paper.status = 503
    assert not await rasa.ready()


async def test_closing_twice_or_before_use_does_no_harm() -> None:
    rasa = Rasa("http://127.0.0.1:1")
    await rasa.close()
    await rasa.close()


def counted(paper: PaperRasa, kind: str) -> float:
    labels = {"server": paper.url.removeprefix("http://"), "kind": kind}
    return REGISTRY.get_sample_value("relais_assistant_errors_total", labels) or 0


async def test_what_it_takes_to_read_a_turn_is_measured(paper: PaperRasa, rasa: Rasa) -> None:
    await rasa.read(TURN)
    labels = {"server": paper.url.removeprefix("http://")}
    assert REGISTRY.get_sample_value("relais_assistant_seconds_count", labels) == 1


@pytest.mark.parametrize(("status", "kind"), [(503, "loading"), (500, "status")])
async def test_refusals_are_counted_by_kind(paper: PaperRasa, rasa: Rasa, status: int, kind: str) -> None:
    paper.status = status
    with pytest.raises(AssistantError):
        await rasa.read(TURN)
    assert counted(paper, kind) == 1


async def test_answers_that_do_not_come_or_make_no_sense_are_counted_by_kind(
    paper: PaperRasa, rasa: Rasa
) -> None:
    paper.body = {}
    with pytest.raises(AssistantFailed):
        await rasa.read(TURN)
    paper.thinking.clear()
    with pytest.raises(AssistantUnavailable):
        await rasa.read(TURN)
    assert [counted(paper, kind) for kind in ("unreadable", "timeout")] == [1, 1]


async def test_a_server_is_counted_without_the_password_of_who_calls_it() -> None:
    client = Rasa("http://me:secret@localhost:1/")
    with pytest.raises(AssistantUnavailable):
        await client.read(TURN)
    await client.close()
    labels = {"server": "localhost:1", "kind": "unreachable"}
    assert REGISTRY.get_sample_value("relais_assistant_errors_total", labels) == 1
