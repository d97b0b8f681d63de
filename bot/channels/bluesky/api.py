"""The line to a server in the name of one account: its session is made once and then renewed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from bot.channels.bluesky.line import Expired, Json, Line, Query, Refusal
from bot.channels.bluesky.options import Options
from bot.channels.bluesky.wire import Me
from bot.clock import Clock
from bot.errors import AccountStopped, DeliveryLater

CREATE, REFRESH = "com.atproto.server.createSession", "com.atproto.server.refreshSession"
# 300 sessions a day may be created: who was refused one does not ask for another at once.
REFUSED_FOR = timedelta(minutes=5)


class Session(Struct, frozen=True, kw_only=True, rename="camel"):
    """Who we are to the server, for an hour or two, and what another session is had for."""

    did: str
    handle: str
    access_jwt: str
    refresh_jwt: str

    def __repr__(self) -> str:
        return f"Session({self.did})"  # the tokens stay out of tracebacks


class Api:
    """Questions and orders in the name of one account.

    Every call raises a `DeliveryError` where it fails.
    """

    def __init__(self, options: Options, *, timeout: float, clock: Clock) -> None:
        self._line = Line(options.base_url, timeout=timeout, clock=clock)
        self._options = options
        self._clock = clock
        self._session: Session | None = None
        self._one_at_a_time = asyncio.Lock()
        self._refused: tuple[str, datetime] | None = None

    async def me(self) -> Me:
        """Who we are."""
        session = await self._current()
        return Me(did=session.did, handle=session.handle)

    async def get(self, method: str, query: Query = (), *, chat: bool = False) -> Any:
        """Ask something."""
        return await self._call(method, query=query, proxy=self._options.chat_proxy if chat else "")

    async def post(self, method: str, values: Json, *, chat: bool = False) -> Any:
        """Order something."""
        return await self._call(method, values=values, proxy=self._options.chat_proxy if chat else "")

    async def close(self) -> None:
        """Release the connections."""
        await self._line.close()

    async def _call(self, method: str, **content: Any) -> Any:
        session = await self._current()
        try:
            return await self._line.ask(method, session.access_jwt, **content)
        except Expired:
            session = await self._renewed(session)
        try:
            return await self._line.ask(method, session.access_jwt, **content)
        except Expired as again:
            raise AccountStopped(f"every session is refused: {again}") from None

    async def _current(self) -> Session:
        async with self._one_at_a_time:
            if self._session is None:
                self._session = await self._create()
            return self._session

    async def _renewed(self, stale: Session) -> Session:
        """Another session than this one; somebody else may have renewed it meanwhile."""
        async with self._one_at_a_time:
            if self._session is stale:
                self._session = await self._refresh(stale) or await self._create()
            return self._session or await self._create()

    async def _refresh(self, stale: Session) -> Session | None:
        try:
            return _session(await self._line.ask(REFRESH, stale.refresh_jwt, values={}))
        except (Expired, Refusal):
            return None

    async def _create(self) -> Session:
        if self._refused and self._clock() < self._refused[1]:
            raise AccountStopped(self._refused[0])
        values = {"identifier": self._options.handle, "password": self._options.password}
        try:
            session = _session(await self._line.ask(CREATE, "", values=values))
        except (Expired, Refusal, AccountStopped) as error:
            self._refused = (f"no session: {error}", self._clock() + REFUSED_FOR)
            raise AccountStopped(self._refused[0]) from None
        self._refused = None
        return session


def _session(told: Any) -> Session:
    try:
        return msgspec.convert(told, Session)
    except msgspec.ValidationError:
        raise DeliveryLater("Bluesky: the answer is no session") from None
