"""`python -m examples.flights`: serves on loopback, port 5060 unless RELAIS_EXAMPLE_FLIGHTS_PORT says."""

from __future__ import annotations

import os
from datetime import datetime, timezone

from aiohttp import web

from examples.flights.service import application

PORT = int(os.environ.get("RELAIS_EXAMPLE_FLIGHTS_PORT", "5060"))

web.run_app(application(lambda: datetime.now(timezone.utc)), host="127.0.0.1", port=PORT)
