"""The service: `GET /flights/<number>`, as actions/api/flights.py documents it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from aiohttp import web

TIMETABLE = Path(__file__).with_name("flights.yml")
DAY = timedelta(days=1)

Now = Callable[[], datetime]


def application(now: Now) -> web.Application:
    """The service as an application; `now` tells the time with its zone."""
    timetable = yaml.safe_load(TIMETABLE.read_text(encoding="utf8"))

    async def show(request: web.Request) -> web.Response:
        number = request.match_info["number"].replace(" ", "").upper()
        if number not in timetable["flights"]:
            return web.json_response({"error": "no such flight today"}, status=404)
        return web.json_response(state(number, timetable, now()))

    app = web.Application()
    app.add_routes([web.get("/flights/{number}", show)])
    return app


def state(number: str, timetable: dict[str, Any], now: datetime) -> dict[str, Any]:
    """A flight as it stands at a moment."""
    flight = timetable["flights"][number]
    delay = timedelta(minutes=flight.get("delay", 0))
    departure = _at(flight["departs"], timetable["airports"][flight["from"]], now) + delay
    arrival = _at(flight["arrives"], timetable["airports"][flight["to"]], now) + delay
    if arrival < departure:
        arrival += DAY
    return {
        "number": number,
        "status": _status(flight, departure, arrival, now),
        "origin": flight["from"],
        "destination": flight["to"],
        "departure": departure.isoformat(),
        "arrival": arrival.isoformat(),
        "delay_minutes": flight.get("delay", 0),
    }


def _at(clock: str, zone: str, now: datetime) -> datetime:
    """Today at that time of the airport's clock."""
    local = ZoneInfo(zone)
    return datetime.combine(now.astimezone(local).date(), time.fromisoformat(clock), local)


def _status(flight: dict[str, Any], departure: datetime, arrival: datetime, now: datetime) -> str:
    if flight.get("cancelled"):
        return "cancelled"
    if now >= arrival:
        return "landed"
    if now >= departure:
        return "departed"
    return "delayed" if flight.get("delay") else "on_time"
