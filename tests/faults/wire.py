"""A wire between two processes that can be slowed, held, cut, or made to swallow answers."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Literal

from typing_extensions import Self

LOOPBACK = "127.0.0.1"
_PIECE = 64 * 1024
# SO_LINGER with no time to linger: closing then resets the connection.
_AT_ONCE = struct.pack("ii", 1, 0)

# held: nothing passes, and all of it later, as in a network that hangs. refused: nobody listens,
# and what was connected is reset. deaf: a question arrives, its answer is lost with the connection.
State = Literal["open", "slow", "held", "refused", "deaf"]


class Wire:
    """Listens on a port of loopback and passes on to `target` what its state lets through.

    A slow wire keeps each piece back for `delay` seconds, in both directions.
    """

    def __init__(self, target: int, *, delay: float = 0.2) -> None:
        self.port = 0
        self.state: State = "open"
        self._target = target
        self._delay = delay
        self._changed = asyncio.Event()
        self._server: asyncio.AbstractServer | None = None
        self._reserved: socket.socket | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.set("refused")
        if self._passing:
            await asyncio.wait(self._passing)
        if self._reserved:
            self._reserved.close()

    async def set(self, state: State) -> None:
        """Change the state; connections live on, unless it is refused."""
        self.state = state
        self._changed.set()
        self._changed = asyncio.Event()
        if state == "refused":
            await self._refuse()
        elif self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        if self._reserved is None:
            self._reserved = _bound(self.port)
        self.port = self._reserved.getsockname()[1]
        self._server = await asyncio.start_server(self._connected, sock=self._reserved)
        self._reserved = None

    async def _refuse(self) -> None:
        """Keep the port, but bound without listening: who connects is refused by the kernel."""
        if self._server:
            self._server.close()
            await asyncio.sleep(0)
            self._server = None
            self._reserved = _bound(self.port)
        _reset(*self._open)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._join(reader, writer))
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect one that came in with the target, for as long as both stay."""
        try:
            there_reader, there = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:
            _reset(writer)
            return
        ends = (writer, there)
        self._open.update(ends)
        if self.state == "refused":
            _reset(*ends)
        try:
            question = self._pass(reader, there, ends, is_answer=False)
            await asyncio.gather(question, self._pass(there_reader, writer, ends, is_answer=True))
        finally:
            self._open.difference_update(ends)

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
        *,
        is_answer: bool,
    ) -> None:
        """Pass on what comes one way, until one of the two ends it."""
        try:
            while piece := await reader.read(_PIECE):
                await self._wait()
                if is_answer and self.state == "deaf":
                    break
                writer.write(piece)
                await writer.drain()
            await self._wait()
        except OSError:
            pass  # one end is gone, which the other is about to learn
        if self.state == "deaf":
            _reset(*ends)
        for end in ends:
            end.close()  # what was said before still arrives

    async def _wait(self) -> None:
        while self.state == "held":
            await self._changed.wait()
        if self.state == "slow":
            await asyncio.sleep(self._delay)


def _reset(*ends: asyncio.StreamWriter) -> None:
    for end in ends:
        if not end.is_closing():
            end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            end.transport.abort()


def _bound(port: int) -> socket.socket:
    """A socket bound to the port, 0 being any; SO_REUSEADDR lets connections linger that had it."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, port))
    return bound
