"""YouTube for tests: the Data API and Google's token endpoint, as far as comments go.

It authenticates, counts units at their real costs until midnight of the Pacific coast, pages, keeps
replies back, holds comments for review, and fails with its documented bodies.
"""

from __future__ import annotations

from tests.fakes.youtube.faults import Drop, Page, Refuse, Slow
from tests.fakes.youtube.people import Person
from tests.fakes.youtube.server import CLIENT, OWNER, REFRESH_TOKEN, SECRET, FakeYouTube

__all__ = [
    "CLIENT",
    "OWNER",
    "REFRESH_TOKEN",
    "SECRET",
    "Drop",
    "FakeYouTube",
    "Page",
    "Person",
    "Refuse",
    "Slow",
]
