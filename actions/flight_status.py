"""Tells a customer how his flight is doing."""

from __future__ import annotations

import logging
import os
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.api.flights import Flight, Flights, FlightsUnavailable, FlightUnknown

logger = logging.getLogger(__name__)

ADDRESS = "RELAIS_FLIGHTS_URL"


class FlightStatus(Action):
    """Answers with the state of the flight in slot `flight_number`, or asks for the number.

    Without a service, or when it fails, `utter_hand_over_flight_status` says where to look, and
    its name tells the gateway to hand over.
    """

    def name(self) -> str:
        """As the rules and stories call it."""
        return "action_flight_status"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Say one thing; nothing is remembered."""
        address, number = os.environ.get(ADDRESS), tracker.get_slot("flight_number")
        if not address:
            dispatcher.utter_message(response="utter_hand_over_flight_status")
        elif not number:
            dispatcher.utter_message(response="utter_question_flight_status")
        else:
            await _tell(dispatcher, tracker, Flights(address), number)
        return []


async def _tell(dispatcher: CollectingDispatcher, tracker: Tracker, flights: Flights, number: str) -> None:
    try:
        flight = await flights.find(number)
    except FlightUnknown:
        dispatcher.utter_message(response="utter_flight_unknown", flight_number=number)
    except FlightsUnavailable as error:
        logger.warning("flight service unavailable: %s", error, extra={"conversation": tracker.sender_id})
        dispatcher.utter_message(response="utter_hand_over_flight_status")
    else:
        dispatcher.utter_message(response=f"utter_flight_{flight.status}", **_told(flight))


def _told(flight: Flight) -> dict[str, str]:
    """What the texts of data/answers/flights.yml have placeholders for."""
    return {
        "flight_number": flight.number,
        "origin": flight.origin,
        "destination": flight.destination,
        "departure": flight.departure.strftime("%H:%M"),
        "arrival": flight.arrival.strftime("%H:%M"),
        "delay": str(flight.delay_minutes),
    }
