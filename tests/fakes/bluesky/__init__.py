"""A server of the AT Protocol on loopback, with the network and the chat behind it, in our own words.

It keeps to what the specification, the lexicons and the reference server say: sessions that end and
renew, records that are checked, limits with headers, notifications in pages, errors by name.
"""

from __future__ import annotations

from tests.fakes.bluesky.errors import XrpcError
from tests.fakes.bluesky.faults import Answer, Drop, Hang
from tests.fakes.bluesky.people import FakePerson
from tests.fakes.bluesky.server import Bluesky

__all__ = ["Answer", "Bluesky", "Drop", "FakePerson", "Hang", "XrpcError"]
