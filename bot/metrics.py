"""What is counted, in Prometheus' terms."""

from __future__ import annotations

from prometheus_client import Counter

PAYLOADS = Counter(
    "relais_payloads",
    "Requests of platforms, by result: accepted, forged, bad, too_large, unknown_account, failed,"
    " set_aside, unavailable.",
    ["channel", "account", "result"],
)
EVENTS = Counter(
    "relais_events",
    "Events in accepted requests, by result: new, known, ignored.",
    ["channel", "account", "result"],
)
SENT = Counter(
    "relais_sends",
    "Attempts to send, by result: sent, or the name of the error.",
    ["channel", "account", "result"],
)
