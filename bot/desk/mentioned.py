"""The page of mentions: what is said of the brand where nobody addressed it. Agents may answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from aiohttp import web
from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.desk import joining_in, live
from bot.desk.context import Desk, agent_of, desk_of, speech_of
from bot.desk.joining_in import CannotJoin, Faster, Settling
from bot.desk.live import Snapshot
from bot.desk.pages import page, parts, render, wants_json
from bot.desk.platforms import Platform
from bot.desk.words import Speech
from bot.errors import AlreadyClaimed, NotFound, TransitionError
from bot.store import agents, bell, cases, mentions
from bot.store.mentions import Counts, Mention, State

PAGE = "/desk/mentions"
VIEWS: tuple[State, ...] = ("new", "answered", "dismissed")
# How sure the assistant is, in words.
SURE, LIKELY = 0.8, 0.5


class Square(Struct, frozen=True, kw_only=True):
    """What the page shows, with the names of agents and the references of cases by conversation."""

    view: str
    rows: tuple[Mention, ...]
    counts: Counts
    names: Mapping[int, str]
    references: Mapping[int, str]

    @property
    def is_cut(self) -> bool:
        """Whether there may be more than are shown."""
        return len(self.rows) >= mentions.SHOWN


class Link(Struct, frozen=True, kw_only=True):
    """Where a human finds a post; `host` is shown, for a stranger may have chosen it."""

    url: str
    host: str


# What is done with a mention; returns what the agent is told, and where he goes on.
Performing = Callable[[Desk, Speech, Settling], Awaitable[tuple[str, str]]]


async def show_mentions(request: web.Request) -> web.StreamResponse:
    """The page."""
    return await _page(request)


async def stream_mentions(request: web.Request) -> web.StreamResponse:
    """Its changes."""

    async def topics() -> list[str]:
        return [bell.QUEUE]

    async def take() -> Snapshot:
        return _snapshot(request, await _square(request))

    return await live.stream(request, topics, take)


async def act_mention(request: web.Request) -> web.StreamResponse:
    """Answer, dismiss, or put back."""
    desk, speech = desk_of(request), speech_of(request)
    settling = Settling(mention_id=int(request.match_info["id"]), agent=agent_of(request), at=desk.now())
    try:
        told, to = await ACTS[request.match_info["act"]](desk, speech, settling)
    except NotFound as error:
        raise web.HTTPNotFound from error
    except TransitionError as error:
        return await _refuse(request, _why(speech, error))
    finally:
        desk.bell.ring(bell.QUEUE)
    if wants_json(request):
        return web.json_response({"told": told, "to": to})
    raise web.HTTPSeeOther(to)


def link_of(mention: Mention) -> Link | None:
    """Where the post is, if that is an address which a browser opens as it stands."""
    try:
        parts = urlsplit(mention.url)
        host = parts.hostname or ""
    except ValueError:
        return None
    plain = mention.url.isprintable() and not any(c.isspace() or c in '\\"<>' for c in mention.url)
    if parts.scheme != "https" or not host or not plain or "@" in parts.netloc:
        return None
    return Link(url=mention.url, host=host)


def sureness(confidence: float) -> str:
    """How sure the assistant is: a word that agents see translated."""
    if confidence >= SURE:
        return "sure"
    return "likely" if confidence >= LIKELY else "unsure"


def hindrance(platform: Platform) -> str:
    """What keeps us from answering there: a word that agents see translated; empty for nothing."""
    if platform.joins_in:
        return ""
    return "off" if platform.features.joins_in else "link_only"


def _why(speech: Speech, error: TransitionError) -> str:
    if isinstance(error, CannotJoin):
        return speech("mentions.cannot_join")
    if isinstance(error, AlreadyClaimed):
        return speech("mentions.has_case", name=error.owner)
    if isinstance(error, Faster) and error.name:
        return speech("mentions.faster", name=error.name)
    return speech("mentions.gone")


async def _refuse(request: web.Request, error: str) -> web.Response:
    if wants_json(request):
        return web.json_response({"error": error}, status=409)
    return await _page(request, status=409, error=error)


async def _page(request: web.Request, *, status: int = 200, error: str = "") -> web.Response:
    square = await _square(request)
    snapshot = _snapshot(request, square)
    return page(request, "mentions.html", status=status, square=square, snapshot=snapshot, error=error)


async def _square(request: web.Request) -> Square:
    wished = request.query.get("view", "")
    view: State = next((known for known in VIEWS if known == wished), "new")
    return await desk_of(request).store.read(_load, view)


def _load(connection: Connection, view: State) -> Square:
    rows = mentions.waiting(connection) if view == "new" else mentions.settled(connection, view)
    settlers = {row.settled_by for row in rows if row.settled_by}
    talks = [row.conversation_id for row in rows if row.conversation_id]
    return Square(
        view=view,
        rows=tuple(rows),
        counts=mentions.counts(connection),
        names={agent_id: agents.load(connection, agent_id).name for agent_id in settlers},
        references=cases.references(connection, talks) if talks else {},
    )


def _snapshot(request: web.Request, square: Square) -> Snapshot:
    macros = parts(request, "mentions_parts.html", square=square)
    desk = desk_of(request)
    rows: dict[str, str] = {
        f"mention-{row.id}": render(
            macros.row,
            row,
            link_of(row),
            sureness(row.confidence or 0),
            hindrance(desk.platforms.at(row.channel, row.account)),
        )
        for row in square.rows
    }
    shown: dict[str, str] = {"filters": render(macros.filters), "summary": render(macros.summary)}
    return Snapshot(parts=shown, lists={"mentions": rows})


async def _answer(desk: Desk, speech: Speech, settling: Settling) -> tuple[str, str]:
    case = await desk.store.run(joining_in.answer, settling, brand=desk.brand, platforms=desk.platforms)
    desk.ring(await desk.store.read(cases.conversations_of, case))
    return speech("told.claimed"), f"/desk/cases/{case.reference}#reply"


async def _dismiss(desk: Desk, speech: Speech, settling: Settling) -> tuple[str, str]:
    await desk.store.run(joining_in.dismiss, settling)
    return speech("mentions.told_dismissed"), PAGE


async def _restore(desk: Desk, speech: Speech, settling: Settling) -> tuple[str, str]:
    await desk.store.run(joining_in.restore, settling)
    return speech("mentions.told_restored"), f"{PAGE}?view=dismissed"


ACTS: Mapping[str, Performing] = {"answer": _answer, "dismiss": _dismiss, "restore": _restore}
