"""The supervisors' page: who works at the desk."""

from __future__ import annotations

import re

from aiohttp import web
from sqlalchemy.engine import Connection

from bot.desk.context import Desk, agent_of, desk_of, speech_of
from bot.desk.forms import Form, choice_of, text_of
from bot.desk.guard import require_supervisor
from bot.desk.pages import page
from bot.desk.passwords import new_password
from bot.errors import NotFound, TransitionError
from bot.store import agents, sessions
from bot.store.rows import Agent, Role

_LOGIN = re.compile(r"[a-z0-9][a-z0-9.-]{0,58}")


async def show_people(request: web.Request) -> web.StreamResponse:
    """Everybody."""
    require_supervisor(request)
    return await _people(request)


async def add_person(request: web.Request) -> web.StreamResponse:
    """Register somebody under a new password, which is shown once."""
    require_supervisor(request)
    form, desk, speech = await request.post(), desk_of(request), speech_of(request)
    login, name = text_of(form, "login").strip(), text_of(form, "name").strip()[:120]
    if not name or not _LOGIN.fullmatch(login):
        return await _people(request, status=422, error=speech("people.bad"))
    password = new_password()
    try:
        agent = await desk.store.run(
            agents.add,
            login=login,
            name=name,
            role=_role(form),
            team=choice_of(form, "team", desk.brand.teams),
            password=password,
            now=desk.now(),
        )
    except TransitionError:
        return await _people(request, status=409, error=speech("people.taken", login=login))
    return await _people(request, shown=(agent.name, password))


async def change_person(request: web.Request) -> web.StreamResponse:
    """Change name, role and team; deactivating somebody logs them out."""
    require_supervisor(request)
    form, desk, speech = await request.post(), desk_of(request), speech_of(request)
    try:
        agent = await desk.store.run(_change, _person_id(request), form, agent_of(request), desk)
    except NotFound as error:
        raise web.HTTPNotFound from error
    except TransitionError:
        return await _people(request, status=409, error=speech("people.last_supervisor"))
    return await _people(request, told=speech("people.changed", name=agent.name))


async def reset_password(request: web.Request) -> web.StreamResponse:
    """Give somebody a new password, which is shown once, and end their sessions."""
    require_supervisor(request)
    desk, password = desk_of(request), new_password()
    try:
        agent = await desk.store.run(_reset, _person_id(request), password, agent_of(request), desk)
    except NotFound as error:
        raise web.HTTPNotFound from error
    return await _people(request, shown=(agent.name, password))


async def _people(
    request: web.Request,
    *,
    status: int = 200,
    told: str = "",
    error: str = "",
    shown: tuple[str, str] | None = None,
) -> web.Response:
    everybody = await desk_of(request).store.read(agents.all_agents)
    return page(request, "people.html", status=status, people=everybody, told=told, error=error, shown=shown)


def _person_id(request: web.Request) -> int:
    return int(request.match_info["id"])


def _role(form: Form) -> Role:
    return "supervisor" if text_of(form, "role") == "supervisor" else "agent"


def _change(connection: Connection, agent_id: int, form: Form, by: Agent, desk: Desk) -> Agent:
    before = agents.load(connection, agent_id)
    active = bool(text_of(form, "active"))
    if not active:
        sessions.end_all(connection, agent_id)
    return agents.change(
        connection,
        agent_id,
        by=by.id,
        name=text_of(form, "name").strip()[:120] or before.name,
        role=_role(form),
        team=choice_of(form, "team", desk.brand.teams),
        active=active,
        now=desk.now(),
    )


def _reset(connection: Connection, agent_id: int, password: str, by: Agent, desk: Desk) -> Agent:
    agent = agents.load(connection, agent_id)
    agents.set_password(connection, agent_id, password, by=by.id, now=desk.now())
    sessions.end_all(connection, agent_id)
    return agent
