"""One case: its conversations as they grow, what is known, and what was done."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aiohttp import web
from msgspec import Struct
from sqlalchemy.engine import Connection

from bot.brand import Brand
from bot.desk import clocks, consent, history, live, targets
from bot.desk.actions import hears_the_bot
from bot.desk.consent import Consent
from bot.desk.context import agent_of, desk_of, speech_of
from bot.desk.live import Snapshot
from bot.desk.pages import page, parts, render
from bot.desk.platforms import Platforms
from bot.desk.targets import Target
from bot.errors import NotFound
from bot.store import agents, bell, cases, conversations, mentions, record, transcript, viewers
from bot.store.rows import Agent, Case, Conversation, Line, Recorded
from bot.store.viewers import Viewer

# A page costs the same however long a conversation is: earlier messages are pages of their own.
SHOWN = 200
ENTRIES = 200


class Dossier(Struct, frozen=True, kw_only=True):
    """All that the page of a case shows to one agent.

    `targets` are the places where one may write; `can_tell` says whether the bot may say in private
    that the case is closed. `before` is the message up to which an earlier part is shown, None
    where it is the end. `has_earlier` says that there are messages before those that are shown.
    `openers` are the platform's ids of private answers to public messages.
    """

    case: Case
    agent: Agent
    names: Mapping[int, str]
    talks: tuple[Conversation, ...]
    lines: tuple[Line, ...]
    entries: tuple[Recorded, ...]
    viewers: tuple[Viewer, ...]
    earlier: Mapping[history.Place, list[str]]
    before: int | None
    has_earlier: bool
    openers: frozenset[str]
    now: datetime
    targets: tuple[Target, ...]
    consent: Consent | None
    can_tell: bool

    @property
    def owner(self) -> str | None:
        """Whose case it is."""
        return self.names.get(self.case.agent_id) if self.case.agent_id else None

    @property
    def is_mine(self) -> bool:
        """Whether this agent owns the case."""
        return self.case.status == "claimed" and self.case.agent_id == self.agent.id

    @property
    def is_others(self) -> bool:
        """Whether a colleague owns the case."""
        return self.case.status == "claimed" and self.case.agent_id != self.agent.id

    @property
    def may_move(self) -> bool:
        """Whether this agent may transfer, hand back or close the case."""
        return self.case.is_human and (not self.is_others or self.agent.role == "supervisor")

    @property
    def may_hand_back(self) -> bool:
        """Whether the bot may have the case: not where we joined in without being addressed."""
        return self.case.reason != mentions.REASON

    @property
    def customer(self) -> str:
        """The name that the customer goes by; the newest conversation knows it best."""
        return next((talk.author for talk in reversed(self.talks) if talk.author), "")

    @property
    def surfaces(self) -> Mapping[int, Conversation]:
        """The conversations by id."""
        return {talk.id: talk for talk in self.talks}

    @property
    def proposed(self) -> Target:
        """The place that is chosen unless the agent chooses."""
        return targets.proposed(self.targets)

    @property
    def is_locked(self) -> bool:
        """Whether this agent must do something else before he may write."""
        return self.is_others or not self.case.is_human

    @property
    def is_closed(self) -> bool:
        """Whether the platforms take no free answer anywhere."""
        return not any(target.window.is_open for target in self.targets)

    @property
    def link_from(self) -> tuple[Target, ...]:
        """Public places from which nothing but a link leads to private."""
        if any(target.surface == "private" and target.window.is_open for target in self.targets):
            return ()
        return tuple(
            target for target in self.targets if target.surface == "public" and target.platform.has_link
        )

    @property
    def elsewhere(self) -> tuple[Conversation, ...]:
        """The conversations that somebody outside of Relais has."""
        return tuple(talk for talk in self.talks if talk.is_elsewhere(self.now))

    @property
    def marker(self) -> str:
        """What changes with every message, so that a form is sent once between two of them."""
        return f"{self.case.id}-{sum(talk.last_seq for talk in self.talks)}"

    def flagged(self, name: str) -> bool:
        """Whether one of the conversations is `stopped`, `unreachable` or `abusive`."""
        return any(getattr(talk, f"{name}_at") for talk in self.talks)


async def show_case(request: web.Request) -> web.StreamResponse:
    """The page."""
    return await case_page(request)


async def case_page(
    request: web.Request, *, status: int = 200, error: str = "", text: str = ""
) -> web.Response:
    """The page, maybe with what went wrong and the text that was not sent."""
    dossier = await _dossier(request)
    return page(
        request,
        "case.html",
        status=status,
        dossier=dossier,
        case=dossier.case,
        snapshot=_snapshot(request, dossier),
        token=secrets.token_urlsafe(18),
        error=error,
        text=text,
    )


async def stream_case(request: web.Request) -> web.StreamResponse:
    """Its changes."""

    async def topics() -> list[str]:
        ids = await desk_of(request).store.read(_conversations, request.match_info["reference"])
        return [bell.conversation(conversation_id) for conversation_id in ids]

    async def take() -> Snapshot:
        return _snapshot(request, await _dossier(request))

    return await live.stream(request, topics, take)


async def _dossier(request: web.Request) -> Dossier:
    desk = desk_of(request)
    wished = request.query.get("before", "")
    before = int(wished) if wished.isascii() and wished.isdecimal() and len(wished) < 10 else None
    try:
        return await desk.store.read(
            load,
            request.match_info["reference"],
            agent_of(request),
            desk.now(),
            before,
            platforms=desk.platforms,
            brand=desk.brand,
        )
    except NotFound as error:
        raise web.HTTPNotFound from error


def load(
    connection: Connection,
    reference: str,
    agent: Agent,
    now: datetime,
    before: int | None = None,
    *,
    platforms: Platforms,
    brand: Brand,
) -> Dossier:
    """Read a case with its last messages, or the last before message `before`; raises `NotFound`."""
    case = cases.by_reference(connection, reference)
    if case is None:
        raise NotFound(f"there is no case {reference!r}")
    ids = cases.conversations_of(connection, case)
    lines = cases.messages_in(connection, ids, SHOWN + 1, before)
    until = transcript.load(connection, before).created_at if before else None
    has_earlier, lines = len(lines) > SHOWN, lines[-SHOWN:]
    talks = tuple(conversations.load(connection, i) for i in ids)
    entries = tuple(record.of_case(connection, case.id, ids, most=ENTRIES, until=until))
    return Dossier(
        case=case,
        agent=agent,
        names={person.id: person.name for person in agents.all_agents(connection)},
        talks=talks,
        lines=_once(lines),
        entries=entries,
        viewers=tuple(viewers.of_cases(connection, [case.id], now)),
        earlier=_earlier_words(connection, lines),
        before=before,
        has_earlier=has_earlier,
        openers=frozenset(line.platform_id for line in lines if line.in_private),
        now=now,
        targets=targets.of(connection, talks, platforms, now),
        consent=consent.look(connection, case, talks, brand, entries),
        can_tell=any(hears_the_bot(talk, platforms, now) for talk in talks),
    )


def _once(lines: list[Line]) -> tuple[Line, ...]:
    """A private answer to a public message stands in both conversations, and once on the page."""
    private = {line.platform_id for line in lines if not line.in_private and line.platform_id}
    return tuple(line for line in lines if not line.in_private or line.platform_id not in private)


def _earlier_words(connection: Connection, lines: list[Line]) -> Mapping[history.Place, list[str]]:
    edited = [line for line in lines if line.edited_at]
    if not edited:
        return {}
    since = min(line.created_at for line in edited)
    talks = {line.conversation_id for line in edited}
    return history.earlier_words(record.edits(connection, list(talks), since))


def _conversations(connection: Connection, reference: str) -> list[int]:
    case = cases.by_reference(connection, reference)
    return cases.conversations_of(connection, case) if case else []


def _snapshot(request: web.Request, dossier: Dossier) -> Snapshot:
    desk, speech, case = desk_of(request), speech_of(request), dossier.case
    macros = parts(request, "case_parts.html", dossier=dossier, case=case, left=_left(request))
    told = clocks.acknowledged(case, desk.now(), speech), clocks.answered(case, desk.now(), speech)
    return Snapshot(
        parts={
            "head": render(macros.head, *told),
            "watching": render(macros.watching),
            "facts": render(macros.facts),
            "earlier": render(macros.earlier),
            "acts": render(macros.acts),
            "composer": render(macros.composer),
        },
        lists={
            "messages": {f"m{x.id}": render(macros.message, x) for x in dossier.lines},
            "record": {f"r{x.id}": _entry(request, macros, dossier, x) for x in dossier.entries},
        },
    )


def _left(request: web.Request) -> Callable[[Target], str]:
    """Tells how long one may still write to a target; nothing where that is for ever."""
    now, speech = desk_of(request).now(), speech_of(request)
    return lambda target: clocks.time_to_answer(target.window, now, speech)


def _entry(request: web.Request, macros: Any, dossier: Dossier, entry: Recorded) -> str:
    speech = speech_of(request)
    who = history.actor_in_words(entry, speech, dossier.names)
    what = history.in_words(entry, speech, desk_of(request).brand)
    return render(macros.entry, entry, who, what)
