"""Who may come in: sessions, forged forms, and headers that keep a page to itself."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.desk.alerts import ALERTS, look
from bot.desk.context import DESK, SESSION, SPEECH, Desk, desk_of, speech_of
from bot.desk.pages import LOGIN, QUEUE, page, wants_json
from bot.store import sessions
from bot.store.sessions import Session

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

COOKIE = "relais_desk"
LANGUAGE_COOKIE = "relais_desk_language"
_STATIC = "/desk/static/"
_YEAR = 365 * 24 * 3600

# Only our own files run and show; nobody frames us; nothing of an address leaks.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Protect every answer, errors and streams included; pages with customers' words are not kept."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Cache-Control", _keeping(request))
    if request.app[DESK].settings.secure_cookies:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"


@web.middleware
async def speak(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Choose the language; `?language=fr` is remembered."""
    desk = desk_of(request)
    chosen = request.query.get("language")
    request[SPEECH] = desk.words.speech(
        chosen=chosen or request.cookies.get(LANGUAGE_COOKIE),
        accepted=request.headers.get("Accept-Language", ""),
    )
    response = await handler(request)
    if chosen and chosen in desk.words.texts and not response.prepared:
        set_cookie(response, LANGUAGE_COOKIE, chosen, desk, max_age=_YEAR)
    return response


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals into pages that people understand."""
    speech = speech_of(request)
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return _refused(request, 404, speech("desk.not_found"), speech("desk.not_found_hint"))
    except web.HTTPForbidden as error:
        return _refused(request, 403, error.text or "", "")
    except ConnectionResetError:
        # Whoever asked is gone, for instance a page that said goodbye: nobody reads this.
        return web.Response(status=400)


@web.middleware
async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let in whoever has a session; forms must carry its token."""
    if request.path == LOGIN or request.path.startswith(_STATIC):
        return await handler(request)
    session = await current_session(request)
    if session is None:
        return _to_login(request)
    request[SESSION] = session
    desk = desk_of(request)
    request[ALERTS] = await desk.store.read(look, session.agent, desk.brand)
    if request.method not in ("GET", "HEAD"):
        await _check_token(request, session)
    return await handler(request)


async def current_session(request: web.Request) -> Session | None:
    """The session that a request's cookie opens."""
    token = request.cookies.get(COOKIE)
    desk = desk_of(request)
    return await desk.store.read(sessions.find, token, desk.now()) if token else None


def require_supervisor(request: web.Request) -> None:
    """Raise 403 for everybody else."""
    if request[SESSION].agent.role != "supervisor":
        raise web.HTTPForbidden(text=speech_of(request)("desk.forbidden"))


def open_door(response: web.StreamResponse, token: str, desk: Desk) -> None:
    """Give the browser its session."""
    lifetime = int(sessions.LIFETIME.total_seconds())
    set_cookie(response, COOKIE, token, desk, max_age=lifetime)


def close_door(response: web.StreamResponse) -> None:
    """Take the browser's session away."""
    response.del_cookie(COOKIE, path="/desk")


def set_cookie(
    response: web.StreamResponse, name: str, value: str, desk: Desk, *, max_age: int | None = None
) -> None:
    """Out of scripts' reach, not sent along by other sites' forms, and to the desk only."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/desk",
        httponly=True,
        samesite="Lax",
        secure=desk.settings.secure_cookies,
    )


def login_token(seed: str, desk: Desk) -> str:
    """The token of a login form, which has no session yet: only we can make it from the cookie."""
    key = desk.settings.secret.encode()
    return hmac.new(key, b"login:" + seed.encode(), hashlib.sha256).hexdigest()


def _keeping(request: web.Request) -> str:
    """How long browsers keep an answer: a file under an address of its version, for ever."""
    if not request.path.startswith(_STATIC):
        return "no-store"
    return "public, max-age=31536000, immutable" if "v" in request.query else "no-cache"


def _refused(request: web.Request, status: int, told: str, hint: str) -> web.StreamResponse:
    if wants_json(request):
        return web.json_response({"error": told}, status=status)
    return page(request, "refused.html", status=status, told=told, hint=hint)


async def _check_token(request: web.Request, session: Session) -> None:
    given = request.headers.get("X-CSRF-Token") or (await request.post()).get("csrf")
    if not hmac.compare_digest(str(given).encode(), session.csrf.encode()):
        raise web.HTTPForbidden(text=speech_of(request)("desk.stale"))


def _to_login(request: web.Request) -> web.StreamResponse:
    if wants_json(request) or request.method != "GET":
        text = speech_of(request)("desk.session_over")
        return web.json_response({"error": text, "login": LOGIN}, status=401)
    next_page = request.path if request.path != QUEUE else ""
    query = {"next": next_page} if next_page else {}
    location = str(request.url.origin().with_path(LOGIN).with_query(query).relative())
    raise web.HTTPSeeOther(location)
