"""The supervisors' page of what was set aside: try it again, or settle it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.desk import live
from bot.desk.context import Desk, agent_of, desk_of, speech_of
from bot.desk.guard import require_supervisor
from bot.desk.live import Snapshot
from bot.desk.pages import page, parts, render, wants_json
from bot.desk.words import Speech
from bot.errors import NotFound, TransitionError
from bot.store import bell, cases, conversations, record, set_aside, transcript
from bot.store.faults import is_away
from bot.store.rows import Agent
from bot.store.set_aside import SetAside
from bot.unexpected import place, trail

log = logging.getLogger(__name__)

PAGE = "/desk/aside"


class NothingDone(TransitionError):
    """It failed again, or somebody was faster; says so in the agent's language."""


class Shelf(Struct, frozen=True, kw_only=True):
    """What the page shows: what was set aside, and the references of the cases by conversation."""

    rows: tuple[SetAside, ...]
    references: Mapping[int, str]


# What is done with a row; returns what the agent is told.
Performing = Callable[[Desk, Speech, SetAside, Agent], Awaitable[str]]


async def show_aside(request: web.Request) -> web.StreamResponse:
    """The page."""
    return await _page(request)


async def stream_aside(request: web.Request) -> web.StreamResponse:
    """Its changes."""
    require_supervisor(request)

    async def topics() -> list[str]:
        return [bell.QUEUE]

    async def take() -> Snapshot:
        return await _snapshot(request)

    return await live.stream(request, topics, take)


async def act_aside(request: web.Request) -> web.StreamResponse:
    """Try again, or settle."""
    require_supervisor(request)
    desk, speech = desk_of(request), speech_of(request)
    try:
        row = await desk.store.read(set_aside.load, int(request.match_info["id"]))
    except NotFound as error:
        raise web.HTTPNotFound from error
    try:
        told = await ACTS[request.match_info["act"]](desk, speech, row, agent_of(request))
    except NothingDone as failed:
        if wants_json(request):
            return web.json_response({"error": str(failed)}, status=409)
        return await _page(request, status=409, error=str(failed))
    finally:
        desk.bell.ring(bell.QUEUE)
    if wants_json(request):
        return web.json_response({"told": told})
    raise web.HTTPSeeOther(PAGE)


async def _page(request: web.Request, *, status: int = 200, error: str = "") -> web.Response:
    require_supervisor(request)
    return page(request, "aside.html", status=status, snapshot=await _snapshot(request), error=error)


async def _snapshot(request: web.Request) -> Snapshot:
    shelf = await desk_of(request).store.read(_load)
    macros = parts(request, "aside_parts.html")
    rows: dict[str, str] = {
        f"aside-{row.id}": render(macros.row, row, _reference(shelf, row)) for row in shelf.rows
    }
    return Snapshot(parts={}, lists={"aside": rows})


def _load(connection: Connection) -> Shelf:
    rows = set_aside.waiting(connection)
    ids = [row.conversation_id for row in rows if row.conversation_id]
    return Shelf(rows=tuple(rows), references=cases.references(connection, ids))


def _reference(shelf: Shelf, row: SetAside) -> str:
    return shelf.references.get(row.conversation_id, "") if row.conversation_id else ""


async def _again(desk: Desk, speech: Speech, row: SetAside, agent: Agent) -> str:
    return await (_again_turn if row.kind == "turn" else _again_request)(desk, speech, row, agent)


async def _again_turn(desk: Desk, speech: Speech, row: SetAside, agent: Agent) -> str:
    is_bots = await desk.store.run(_reopen_turn, row, agent, desk)
    if is_bots is None:
        raise NothingDone(speech("aside.faster"))
    desk.ring([row.conversation_id or 0])
    desk.bell.ring(bell.TURNS)
    return speech("aside.reads_again" if is_bots else "aside.with_human")


def _reopen_turn(connection: Connection, row: SetAside, agent: Agent, desk: Desk) -> bool | None:
    """Let the bot read the messages again; False if humans keep them, None if it was done before."""
    now, conversation_id = desk.now(), row.conversation_id
    if not conversation_id or not set_aside.settle(connection, row.id, agent.id, now):
        return None
    if row.given_up_at:
        transcript.open_again(connection, conversation_id, row.given_up_at)
    case = cases.current(connection, conversations.load(connection, conversation_id).case_id)
    if case and case.status == "waiting" and case.reason == "set_aside":
        # Nobody has looked at it: the bot gets another chance, and opens a case if it fails again.
        case = cases.hand_back(connection, case.id, agent.id, now)
    actor = record.agent_actor(agent.id)
    record.write(connection, "tried_again", actor=actor, at=now, conversation_id=conversation_id)
    conversations.wake(connection, conversation_id, now)
    return case is None or not case.is_human


async def _again_request(desk: Desk, speech: Speech, row: SetAside, agent: Agent) -> str:
    channel = desk.channels.get((row.channel, row.account))
    if channel is None:
        raise NothingDone(speech("aside.off", account=f"{row.channel}/{row.account}"))
    try:
        accepted = await desk.inbox.accept(channel.parse(row.body.encode()))
    except Exception as error:
        if is_away(error):
            raise
        log.error("stumbled once more: %s", trail(error), extra={"account": row.account})
        await desk.store.run(set_aside.failed_again, row.id, place(error))
        raise NothingDone(speech("aside.failed", error=place(error))) from error
    await desk.store.run(set_aside.settle, row.id, agent.id, desk.now())
    return speech("aside.accepted", n=accepted.new)


async def _settle(desk: Desk, speech: Speech, row: SetAside, agent: Agent) -> str:
    if not await desk.store.run(set_aside.settle, row.id, agent.id, desk.now()):
        raise NothingDone(speech("aside.faster"))
    return speech("aside.settled")


ACTS: Mapping[str, Performing] = {"again": _again, "settle": _settle}
