"""The queue: every case of every channel, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web
from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.desk import clocks, live
from bot.desk.context import agent_of, desk_of, speech_of
from bot.desk.live import Snapshot
from bot.desk.pages import page, parts, render
from bot.store import bell, queue
from bot.store.queue import Counts, Entry, State, Wanted
from bot.store.rows import Agent

VIEWS = ("all", "waiting", "mine", "team", "closed")
# The views that are not of all open cases.
STATES: Mapping[str, State] = {"waiting": "waiting", "closed": "closed"}


class Board(Struct, frozen=True, kw_only=True):
    """What one agent's queue page shows."""

    view: str
    search: str
    entries: tuple[Entry, ...]
    counts: Counts
    limit: int

    @property
    def is_cut(self) -> bool:
        """Whether there may be more cases than are shown."""
        return len(self.entries) >= self.limit


async def show_queue(request: web.Request) -> web.StreamResponse:
    """The page."""
    board = await _board(request)
    return page(request, "queue.html", board=board, snapshot=_snapshot(request, board))


async def stream_queue(request: web.Request) -> web.StreamResponse:
    """Its changes."""

    async def topics() -> list[str]:
        return [bell.QUEUE]

    async def take() -> Snapshot:
        return _snapshot(request, await _board(request))

    return await live.stream(request, topics, take)


async def _board(request: web.Request) -> Board:
    desk, agent = desk_of(request), agent_of(request)
    wished = request.query.get("view", "")
    view = wished if wished in VIEWS else "all"
    search = request.query.get("q", "").strip()[: queue.LONGEST_SEARCH]
    wanted = _wanted(view, search, agent)
    return await desk.store.read(_load, view, wanted, agent, desk.now())


def _load(connection: Connection, view: str, wanted: Wanted, agent: Agent, now: datetime) -> Board:
    return Board(
        view=view,
        search=wanted.search,
        entries=tuple(queue.entries(connection, wanted, now)),
        counts=queue.counts(connection, agent.id, agent.team),
        limit=wanted.limit,
    )


def _wanted(view: str, search: str, agent: Agent) -> Wanted:
    """A search looks everywhere: who has a reference need not know where the case is."""
    if search:
        return Wanted(search=search)
    return Wanted(
        state=STATES.get(view, "open"),
        agent_id=agent.id if view == "mine" else None,
        team=agent.team if view == "team" else None,
    )


def _snapshot(request: web.Request, board: Board) -> Snapshot:
    macros = parts(request, "queue_parts.html", board=board)
    now, speech = desk_of(request).now(), speech_of(request)
    rows: dict[str, str] = {
        f"case-{entry.case.reference}": render(
            macros.row,
            entry,
            clocks.acknowledged(entry.case, now, speech),
            clocks.answered(entry.case, now, speech),
        )
        for entry in board.entries
    }
    return Snapshot(
        parts={"filters": render(macros.filters), "summary": render(macros.summary)},
        lists={"queue": rows},
    )
