"""Pages that keep themselves current.

A page is a snapshot: parts and lists of rendered HTML by id. Its stream sends the snapshot
once and then only what changed, so a browser that was away for a while needs nothing but a
new connection.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from weakref import WeakSet

import msgspec
from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response
from msgspec import Struct

from bot.desk.alerts import look
from bot.desk.context import agent_of, desk_of
from bot.desk.guard import current_session
from bot.desk.pages import parts, render

# Clocks run in minutes and somebody else's process may write: look again after so many seconds.
PATIENCE = 10.0
# A storm of changes is shown a few times a second, not each one: seconds between two looks.
PACE = 0.2
# All pages together look for so much of the time at most: customers are served by the same process.
SHARE = 0.25


class Streams:
    """The streams that are open, so that they can be ended, and how often each of them looks."""

    def __init__(self) -> None:
        self.tasks: WeakSet[asyncio.Task[object]] = WeakSet()
        self._free = 0.0

    def rest(self, took: float, now: float) -> float:
        """How long a stream rests after a look that took so long: until it is its turn again."""
        self._free = max(self._free, now) + took / SHARE
        return min(max(PACE, self._free - now), PATIENCE)


STREAMS: web.AppKey[Streams] = web.AppKey("streams", Streams)


class Snapshot(Struct, frozen=True, kw_only=True):
    """A page's parts by id, and its lists by id, each a map from item to HTML in order."""

    parts: dict[str, str]
    lists: dict[str, dict[str, str]]


class Changes(Struct, frozen=True, kw_only=True):
    """What to put where: `lists` name all items in order, with HTML where it is new."""

    parts: dict[str, str]
    lists: dict[str, list[tuple[str, str | None]]]

    def __bool__(self) -> bool:
        return bool(self.parts or self.lists)


def changes(before: Snapshot | None, after: Snapshot) -> Changes:
    """What turns one snapshot into the other."""
    if before is None:
        before = Snapshot(parts={}, lists={})
    parts = {name: html for name, html in after.parts.items() if before.parts.get(name) != html}
    lists = {
        name: _items(before.lists.get(name, {}), items)
        for name, items in after.lists.items()
        if name not in before.lists or list(before.lists[name].items()) != list(items.items())
    }
    return Changes(parts=parts, lists=lists)


async def stream(
    request: web.Request,
    topics: Callable[[], Awaitable[Sequence[str]]],
    take: Callable[[], Awaitable[Snapshot]],
) -> web.StreamResponse:
    """Send changes until the browser leaves or the session ends."""
    request.app[STREAMS].tasks.add(_task())
    async with sse_response(request) as response:
        # A browser that left is noticed when something is written to it, at the latest a ping.
        with suppress(ConnectionResetError):
            await _send_changes(request, response, topics, take)
            await response.send("over", event="over")
    ended: web.StreamResponse = response
    return ended


async def _send_changes(
    request: web.Request,
    response: EventSourceResponse,
    topics: Callable[[], Awaitable[Sequence[str]]],
    take: Callable[[], Awaitable[Snapshot]],
) -> None:
    before, clock = None, asyncio.get_running_loop().time
    while response.is_connected() and await current_session(request):
        began = clock()
        with desk_of(request).bell.listen(*await topics()) as listener:
            after = await _with_alerts(request, await take())
            if news := changes(before, after):
                await response.send(json.dumps(msgspec.structs.asdict(news)))
            else:
                # A page that hears nothing for a while knows that its connection is dead.
                await response.send("", event="beat")
            before = after
            await asyncio.sleep(request.app[STREAMS].rest(clock() - began, clock()))
            await listener.wait(PATIENCE)


def add_streams(app: web.Application) -> None:
    """End all streams when the gateway stops: they would never end by themselves."""
    app[STREAMS] = Streams()
    app.on_shutdown.append(_end_streams)


async def _end_streams(app: web.Application) -> None:
    for task in list(app[STREAMS].tasks):
        task.cancel()


async def _with_alerts(request: web.Request, snapshot: Snapshot) -> Snapshot:
    """Every page that keeps itself current tells of trouble, too."""
    desk = desk_of(request)
    alerts = await desk.store.read(look, agent_of(request), desk.brand)
    macros = parts(request, "alert_parts.html")
    shown = {"alarms": render(macros.alarms, alerts), "nav-aside": render(macros.aside, alerts)}
    shown["nav-mentions"] = render(macros.mentions, alerts)
    return msgspec.structs.replace(snapshot, parts={**snapshot.parts, **shown})


def _items(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str | None]]:
    return [(name, None if before.get(name) == html else html) for name, html in after.items()]


def _task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a stream is served by a task")
    return task
