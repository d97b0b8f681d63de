"""One's own account, and what passwords must be like."""

from __future__ import annotations

import secrets

from aiohttp import web
from sqlalchemy.engine import Connection

from bot.desk.context import Desk, agent_of, desk_of, speech_of
from bot.desk.forms import Form, text_of
from bot.desk.guard import open_door
from bot.desk.pages import page
from bot.store import agents, logins, sessions
from bot.store.rows import Agent

SHORTEST_PASSWORD = 10
# Longer ones would only cost time: argon2 reads them whole.
LONGEST_PASSWORD = 200


async def show_account(request: web.Request) -> web.StreamResponse:
    """One's own account."""
    told = speech_of(request)("account.changed") if "changed" in request.query else ""
    return _account(request, told=told)


async def change_password(request: web.Request) -> web.StreamResponse:
    """Set a new password; every session of the agent ends, and a new one begins here."""
    form, desk = await request.post(), desk_of(request)
    agent = agent_of(request)
    fault = await _fault(request, agent, form)
    if fault:
        return _account(request, status=422, error=speech_of(request)(fault, n=SHORTEST_PASSWORD))
    token = await desk.store.run(_change, agent, text_of(form, "new"), desk)
    response = web.HTTPSeeOther("/desk/account?changed")
    open_door(response, token, desk)
    raise response


def new_password() -> str:
    """A password to be passed on: 16 characters that cannot be guessed."""
    return secrets.token_urlsafe(12)


def _account(request: web.Request, *, status: int = 200, told: str = "", error: str = "") -> web.Response:
    return page(request, "account.html", status=status, shortest=SHORTEST_PASSWORD, told=told, error=error)


async def _fault(request: web.Request, agent: Agent, form: Form) -> str | None:
    """What is wrong with a change of password, as the name of a text."""
    desk = desk_of(request)
    current = text_of(form, "current")[:LONGEST_PASSWORD]
    wait = await desk.store.run(logins.attempt, agent.login, request.remote or "", desk.now())
    if wait or not await desk.store.read(agents.verify, agent.login, current):
        return "account.wrong"
    if not SHORTEST_PASSWORD <= len(text_of(form, "new")) <= LONGEST_PASSWORD:
        return "account.short"
    return None if text_of(form, "new") == text_of(form, "again") else "account.differ"


def _change(connection: Connection, agent: Agent, password: str, desk: Desk) -> str:
    now = desk.now()
    agents.set_password(connection, agent.id, password, by=agent.id, now=now)
    logins.succeeded(connection, agent.login)
    sessions.end_all(connection, agent.id)
    return sessions.begin(connection, agent.id, now)
