"""Listens for requests, and stops without losing one."""

from __future__ import annotations

import asyncio
import ctypes
import socket
import struct
import sys

from aiohttp import web

from bot.errors import SettingsError
from bot.vitals import STOPPING

# How long requests under way may take when the process is told to stop, in seconds.
GRACE = 3.0
# How long a connection that is kept open may be silent then before it is closed, in seconds: whoever
# just sends the next request on it would not know whether it was taken.
LINGER = 3.0
# How long callers who are being let in when the door closes have to get in, in seconds.
HANDSHAKE = 0.05
# Connections that may wait to be accepted: a second's worth of a burst, while the process is busy.
BACKLOG = 1024

# A classic BPF program on a TCP header: drop what has SYN (0x02) and not ACK (0x10) at byte 13.
_NO_NEW_CALLERS = (
    (0x30, 0, 0, 13),  # load the byte
    (0x54, 0, 0, 0x12),  # and
    (0x15, 0, 1, 0x02),  # equal?
    (0x06, 0, 0, 0),  # yes: drop
    (0x06, 0, 0, 0xFFFFFFFF),  # no: take the whole packet
)
_SO_ATTACH_FILTER = 26  # <asm-generic/socket.h>


class Server:
    """One application on one address. With `reuse_port` others may listen there too."""

    def __init__(self, app: web.Application, host: str, port: int, *, reuse_port: bool = False) -> None:
        self._app = app
        self._host, self._port, self._reuse_port = host, port, reuse_port
        self._runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=GRACE, access_log=None)
        self._listener: socket.socket | None = None
        app.on_response_prepare.append(_take_leave)

    async def start(self) -> str:
        """Start the application and listen; the address. Raises `SettingsError` where it is taken."""
        self._listener = self._bound()
        await self._runner.setup()
        await web.SockSite(self._runner, self._listener, backlog=BACKLOG).start()
        host, port = self._listener.getsockname()[:2]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def stop(self) -> None:
        """Turn new callers away, answer those who are in, then stop the application."""
        self._app[STOPPING].set()
        if self._listener and self._runner.server:
            await self._close_the_door(self._listener)
            await self._app.shutdown()  # streams that never end by themselves
            await self._let_callers_leave()
        await self._runner.cleanup()
        if self._listener:
            self._listener.close()

    def _bound(self) -> socket.socket:
        bound = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self._reuse_port:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            bound.bind((self._host, self._port))
        except OSError as error:
            bound.close()
            raise SettingsError(f"cannot listen on {self._host}:{self._port}: {error.strerror}") from error
        return bound

    async def _close_the_door(self, listener: socket.socket) -> None:
        """Accept everybody whose connection is made, then listen no more.

        A connection that waits in the kernel when its listener closes is reset, and who made it
        cannot know whether the request was taken. So the kernel ignores new ones first: they
        knock again a second later and find the next process, or nobody.
        """
        if _turn_away_new_callers(listener):
            await asyncio.sleep(HANDSHAKE)
        for site in self._runner.sites:
            await site.stop()

    async def _let_callers_leave(self) -> None:
        """Answer what comes on connections that are open; each answer ends its connection."""
        loop = asyncio.get_running_loop()
        end, empty = loop.time() + LINGER, 0
        while loop.time() < end and empty < 2:
            # First of all, and twice: those accepted last are known a few steps of a busy loop later.
            await asyncio.sleep(HANDSHAKE)
            empty = 0 if self._runner.server and self._runner.server.connections else empty + 1


async def _take_leave(request: web.Request, response: web.StreamResponse) -> None:
    if request.config_dict[STOPPING].is_set():
        response.force_close()
        response.headers["Connection"] = "close"


def _turn_away_new_callers(listener: socket.socket) -> bool:
    """Let the kernel ignore attempts to connect; False where it cannot (socket(7), SO_ATTACH_FILTER)."""
    if sys.platform != "linux":
        return False
    code = b"".join(struct.pack("HBBI", *step) for step in _NO_NEW_CALLERS)
    kept = ctypes.create_string_buffer(code)  # until the kernel has copied it
    program = struct.pack("HL", len(_NO_NEW_CALLERS), ctypes.addressof(kept))
    try:
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
    except OSError:
        return False  # a sandbox that forbids it
    return True
