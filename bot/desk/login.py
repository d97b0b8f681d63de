"""Logging in and out."""

from __future__ import annotations

import hmac
import math
import re
import secrets
from datetime import datetime
from typing import NoReturn

from aiohttp import web
from sqlalchemy.engine import Connection

from bot.desk import clocks
from bot.desk.context import desk_of, speech_of
from bot.desk.forms import Form, text_of
from bot.desk.guard import (
    COOKIE,
    close_door,
    current_session,
    login_token,
    open_door,
    set_cookie,
)
from bot.desk.pages import LOGIN, QUEUE, page
from bot.desk.passwords import LONGEST_PASSWORD
from bot.store import agents, logins, sessions
from bot.store.rows import Agent

SEED_COOKIE = "relais_desk_login"
# Where one may be sent after logging in: nowhere but into the desk.
_INSIDE = re.compile(r"/desk(/cases/[A-Za-z0-9-]{1,30}|/people|/accounts?|/aside)?")


async def show_login(request: web.Request) -> web.StreamResponse:
    """The form; whoever is logged in is sent on."""
    if await current_session(request):
        raise web.HTTPSeeOther(QUEUE)
    told = speech_of(request)("login.out") if "out" in request.query else ""
    return _form(request, told=told, next_page=request.query.get("next", ""))


async def log_in(request: web.Request) -> web.StreamResponse:
    """Check login and password, not too often, and begin a new session."""
    form, desk, speech = await request.post(), desk_of(request), speech_of(request)
    expected = login_token(request.cookies.get(SEED_COOKIE, ""), desk)
    if not hmac.compare_digest(text_of(form, "csrf").encode(), expected.encode()):
        return _again(request, form, 403, speech("desk.stale"))
    login = text_of(form, "login").strip()
    wait = await desk.store.run(logins.attempt, login, request.remote or "", desk.now())
    if wait:
        told = speech("login.wait", time=clocks.duration(wait, speech))
        response = _again(request, form, 429, told)
        response.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
        return response
    password = text_of(form, "password")[:LONGEST_PASSWORD]
    agent = await desk.store.read(agents.verify, login, password)
    if agent is None:
        return _again(request, form, 401, speech("login.wrong"))
    return await _welcome(request, agent, text_of(form, "next"))


async def log_out(request: web.Request) -> web.StreamResponse:
    """End this session."""
    await desk_of(request).store.run(sessions.end, request.cookies[COOKIE])
    response = web.HTTPSeeOther(f"{LOGIN}?out")
    close_door(response)
    raise response


async def _welcome(request: web.Request, agent: Agent, next_page: str) -> NoReturn:
    """Begin a session under a new token: one that the browser brought along is ended, not used."""
    desk = desk_of(request)
    before = request.cookies.get(COOKIE)
    token = await desk.store.run(_begin, agent, before, desk.now())
    inside = _INSIDE.fullmatch(next_page)
    response = web.HTTPSeeOther(next_page if inside else QUEUE)
    open_door(response, token, desk)
    raise response


def _begin(connection: Connection, agent: Agent, before: str | None, now: datetime) -> str:
    logins.succeeded(connection, agent.login)
    if before:
        sessions.end(connection, before)
    return sessions.begin(connection, agent.id, now)


def _again(request: web.Request, form: Form, status: int, error: str) -> web.StreamResponse:
    login, next_page = text_of(form, "login"), text_of(form, "next")
    return _form(request, status=status, error=error, login=login, next_page=next_page)


def _form(
    request: web.Request,
    *,
    status: int = 200,
    told: str = "",
    error: str = "",
    login: str = "",
    next_page: str = "",
) -> web.Response:
    desk = desk_of(request)
    seed = request.cookies.get(SEED_COOKIE) or secrets.token_urlsafe(32)
    response = page(
        request,
        "login.html",
        status=status,
        told=told,
        error=error,
        login=login,
        next_page=next_page,
        login_csrf=login_token(seed, desk),
    )
    set_cookie(response, SEED_COOKIE, seed, desk)
    return response
