from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timezone

import pytest
from aiohttp.test_utils import TestServer

from actions.api.flights import Flights, FlightUnknown
from examples.flights.service import application


class Airport:
    """The example service at a moment of the day, asked through the actions' own client."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
        self.server = TestServer(application(lambda: self.time))

    async def status(self, number: str) -> str:
        """The state of a flight now."""
        flight = await Flights(str(self.server.make_url("/"))).find(number)
        return flight.status


@pytest.fixture
async def airport() -> AsyncIterator[Airport]:
    built = Airport()
    async with built.server:
        yield built


@pytest.mark.parametrize(
    ("number", "hour", "status"),
    [
        ("NB101", 5, "on_time"),
        ("NB101", 7, "departed"),
        ("NB101", 9, "landed"),
        ("NB204", 12, "delayed"),
        ("nb 520", 12, "cancelled"),
        ("NB601", 19, "departed"),
    ],
)
async def test_a_flight_is_where_the_timetable_says(
    airport: Airport, number: str, hour: int, status: str
) -> None:
    airport.time = airport.time.replace(hour=hour)
    assert await airport.status(number) == status


async def test_a_night_flight_lands_after_it_departs(airport: Airport) -> None:
    flight = await Flights(str(airport.server.make_url("/"))).find("NB602")
    assert flight.arrival > flight.departure


async def test_a_flight_that_does_not_exist_is_unknown(airport: Airport) -> None:
    with pytest.raises(FlightUnknown):
        await airport.status("NB999")
