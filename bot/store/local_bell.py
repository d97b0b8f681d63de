"""A bell that is heard in all processes of a machine, without any other server.

Datagrams to a multicast address that do not leave the loopback interface: one sending reaches all, and
nobody needs to know who they are. Whoever misses one looks all the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import socket
import uuid
from collections.abc import Callable

from bot.store.bell import Bell
from bot.store.ring import Ring, decode, encode

log = logging.getLogger(__name__)

_LOOPBACK = socket.inet_aton("127.0.0.1")
# The block that is left to organisations for multicast of their own (RFC 2365), and ports below those
# that Linux hands out by itself.
_BLOCK, _FIRST_PORT, _PORTS = "239.192", 20_000, 10_000

Place = tuple[str, int]


class LocalBell(Bell):
    """Rings here at once, and in the other processes of `namespace` on this machine while `run` runs."""

    def __init__(self, namespace: str) -> None:
        super().__init__()
        self._place = place_of(namespace)
        self._me = uuid.uuid4().hex
        self._transport: asyncio.DatagramTransport | None = None
        # Topics that are to be rung elsewhere; many rings for one are one.
        self._outgoing: dict[str, None] = {}

    def ring(self, *topics: str) -> None:
        """Wake up everybody who listens to one of the topics, in all processes; never waits or fails."""
        super().ring(*topics)
        if self._transport is None:
            return
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self._tell)
        self._outgoing.update(dict.fromkeys(topics))

    async def run(self) -> None:
        """Hear the others until cancelled; where the machine does not allow it, ring here only."""
        loop = asyncio.get_running_loop()
        try:
            endpoint = loop.create_datagram_endpoint(lambda: _Ear(self._heard), sock=joined(self._place))
            self._transport, _ = await endpoint
        except OSError as error:
            log.info("bells ring in this process only, others look for news: %s", error.strerror)
            return
        try:
            await loop.create_future()
        finally:
            self._transport.close()
            self._transport = None

    def _tell(self) -> None:
        topics, self._outgoing = list(self._outgoing), {}
        if self._transport is not None:
            self._transport.sendto(encode(Ring(self._me, topics)), self._place)

    def _heard(self, data: bytes) -> None:
        ring = decode(data)
        if ring is not None and ring.sender != self._me:
            super().ring(*ring.topics)


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, hear: Callable[[bytes], None]) -> None:
        self._hear = hear

    def datagram_received(self, data: bytes, _: object) -> None:
        self._hear(data)


def place_of(namespace: str) -> Place:
    """An address and a port for each namespace; who shares them by chance is woken up for nothing."""
    third, fourth, *rest = hashlib.sha256(namespace.encode()).digest()
    return f"{_BLOCK}.{third}.{fourth}", _FIRST_PORT + int.from_bytes(rest[:4], "big") % _PORTS


def joined(place: Place) -> socket.socket:
    """A socket that hears what is sent there on this machine; raises `OSError` where there is none."""
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ear.bind(place)
        membership = socket.inet_aton(place[0]) + _LOOPBACK
        ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        ear.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _LOOPBACK)
        ear.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
    except OSError:
        ear.close()
        raise
    return ear
