"""Client of the brand's flight service.

The service answers `GET <address>/flights/<number>` with JSON such as::

    {"number": "NB204", "status": "delayed", "origin": "Lyon", "destination": "Rome",
     "departure": "2026-03-02T18:25:00+01:00", "arrival": "2026-03-02T20:10:00+01:00",
     "delay_minutes": 25}

`status` is one of `on_time`, `delayed`, `departed`, `landed`, `cancelled`; times carry the offset
of their airport; 404 means that no such flight operates today.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Literal
from urllib.parse import quote

import aiohttp
import msgspec

Status = Literal["on_time", "delayed", "departed", "landed", "cancelled"]


class FlightsUnavailable(Exception):
    """The service is not there, failed, or answered what it does not document."""


class FlightUnknown(Exception):
    """The service knows no such flight today."""


class Flight(msgspec.Struct, frozen=True, kw_only=True):
    """A flight of today; `departure` and `arrival` are expected times, local to their airport."""

    number: str
    status: Status
    origin: str
    destination: str
    departure: datetime
    arrival: datetime
    delay_minutes: int = 0


class Flights:
    """The flight service at `address`; one question waits `patience` seconds at most."""

    def __init__(self, address: str, *, patience: float = 2.0) -> None:
        self._address = address.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=patience)

    async def find(self, number: str) -> Flight:
        """Today's flight of that number; raise `FlightUnknown` or `FlightsUnavailable`."""
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.get(f"{self._address}/flights/{quote(number)}") as response,
            ):
                return _flight(number, response.status, await response.read())
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise FlightsUnavailable(type(error).__name__) from error


def _flight(number: str, status: int, body: bytes) -> Flight:
    if status == 404:
        raise FlightUnknown(number)
    if status != 200:
        raise FlightsUnavailable(f"status {status}")
    try:
        return msgspec.json.decode(body, type=Flight)
    except msgspec.DecodeError as error:
        raise FlightsUnavailable(str(error)) from error
