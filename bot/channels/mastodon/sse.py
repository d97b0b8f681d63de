"""Server-sent events, as they come in pieces. Pure."""

from __future__ import annotations

from msgspec import Struct

from bot.errors import DeliveryLater

# A status with everything around it takes some tens of kilobytes.
LONGEST = 2 * 1024 * 1024


class Event(Struct, frozen=True, kw_only=True):
    """One event; a line that only keeps the connection alive has no name."""

    name: str
    data: str = ""


HEARTBEAT = Event(name="")


class EventStream:
    """Puts events together from the bytes of a connection, cut anywhere."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that are complete with this piece; raises `DeliveryLater` for one without end."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        found = [event for line in lines for event in self._line(line.removesuffix(b"\r"))]
        if len(self._rest) + self._size > LONGEST:
            raise DeliveryLater("Mastodon: the stream holds an event without end")
        return found

    def _line(self, line: bytes) -> list[Event]:
        if not line:
            return self._finished()
        if line.startswith(b":"):
            return [HEARTBEAT]
        self._size += len(line)
        name, _, value = line.decode("utf8", "replace").partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._name = value
        elif name == "data":
            self._data.append(value)
        return []

    def _finished(self) -> list[Event]:
        event = Event(name=self._name, data="\n".join(self._data))
        self._name, self._data, self._size = "", [], 0
        return [event] if event.name else []
