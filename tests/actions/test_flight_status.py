"""The action that tells how a flight is doing, against a flight service of paper."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

rasa_sdk = pytest.importorskip("rasa_sdk")

from actions.flight_status import ADDRESS, FlightStatus  # noqa: E402 - after the check that it can be

FLIGHT = {
    "number": "NB204",
    "status": "delayed",
    "origin": "Lyon",
    "destination": "Rome",
    "departure": "2026-03-02T18:25:00+01:00",
    "arrival": "2026-03-02T20:10:00+01:00",
    "delay_minutes": 25,
}


class PaperService:
    """Knows one flight, and fails when told to."""

    def __init__(self) -> None:
        self.status, self.body = 200, dict[str, Any](FLIGHT)
        app = web.Application()
        app.router.add_get("/flights/NB204", self.answer)
        self.server = TestServer(app)

    async def answer(self, _: web.Request) -> web.Response:
        return web.json_response(self.body, status=self.status)


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PaperService]:
    built = PaperService()
    async with built.server:
        monkeypatch.setenv(ADDRESS, str(built.server.make_url("/")))
        yield built


async def say(number: str | None) -> dict[str, Any]:
    """What the action says to a customer whose flight number is known or not."""
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    dispatcher = CollectingDispatcher()
    slots = {"flight_number": number}
    tracker = Tracker("7", slots, {}, [], False, None, {}, "action_listen")
    assert await FlightStatus().run(dispatcher, tracker, {}) == []
    (message,) = dispatcher.messages
    return dict(message)


@pytest.mark.parametrize("status", ["on_time", "delayed", "departed", "landed", "cancelled"])
async def test_every_state_of_a_flight_has_its_answer(service: PaperService, status: str) -> None:
    service.body["status"] = status
    said = await say("NB204")
    assert said["response"] == f"utter_flight_{status}"


async def test_an_answer_has_what_its_text_has_places_for(service: PaperService) -> None:
    said = await say("NB204")
    expected = {"flight_number": "NB204", "departure": "18:25", "arrival": "20:10", "delay": "25"}
    assert expected.items() <= said.items()


async def test_a_missing_number_is_asked_for(service: PaperService) -> None:
    assert (await say(None))["response"] == "utter_question_flight_status"


async def test_a_flight_that_is_not_known_is_said_so(service: PaperService) -> None:
    assert (await say("NB999"))["response"] == "utter_flight_unknown"


async def test_without_a_service_a_human_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESS, raising=False)
    assert (await say("NB204"))["response"] == "utter_hand_over_flight_status"
    assert (await say(None))["response"] == "utter_hand_over_flight_status"


async def test_a_service_that_is_away_hands_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, "http://127.0.0.1:1")
    assert (await say("NB204"))["response"] == "utter_hand_over_flight_status"


@pytest.mark.parametrize("status", [301, 400, 500, 503])
async def test_a_service_that_fails_hands_over(service: PaperService, status: int) -> None:
    service.status = status
    assert (await say("NB204"))["response"] == "utter_hand_over_flight_status"


@pytest.mark.parametrize("change", [{"status": "lost"}, {"departure": "soon"}, {"origin": None}])
async def test_a_service_that_answers_nonsense_hands_over(
    service: PaperService, change: dict[str, Any]
) -> None:
    service.body.update(change)
    assert (await say("NB204"))["response"] == "utter_hand_over_flight_status"
