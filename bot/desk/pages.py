"""Renders pages and parts of pages."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.brand import PRIORITIES
from bot.desk.alerts import ALERTS, Alerts
from bot.desk.context import SESSION, desk_of, speech_of

LOGIN = "/desk/login"
QUEUE = "/desk"
STATIC = Path(__file__).parent / "static"
_TEMPLATES = Path(__file__).parent / "templates"


def add_templates(app: web.Application) -> None:
    """Let pages be rendered: everything put into one is escaped, and a missing value is an error."""
    environment = aiohttp_jinja2.setup(
        app,
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["excerpt"] = excerpt
    environment.globals["static"] = _Versions()
    environment.globals["PRIORITIES"] = PRIORITIES


def excerpt(text: str, longest: int = 160) -> str:
    """The first line of a text, cut where it is long."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return first if len(first) <= longest else first[: longest - 1].rstrip() + "…"


def page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """A whole page."""
    return aiohttp_jinja2.render_template(template, request, {**common(request), **context}, status=status)


def parts(request: web.Request, template: str, **context: Any) -> Any:
    """The macros of a template, which render parts of a page."""
    environment: Environment = aiohttp_jinja2.get_env(request.app)
    return environment.get_template(template).make_module({**common(request), **context})


def render(macro: Any, *arguments: object) -> Markup:
    """One part of a page, without the space around it, so that equal parts compare equal."""
    return Markup(macro(*arguments).strip())  # noqa: S704 - made by an escaping template


def common(request: web.Request) -> dict[str, Any]:
    """What every template knows."""
    desk, session = desk_of(request), request.get(SESSION)
    return {
        "t": speech_of(request),
        "languages": desk.words.languages,
        "brand": desk.brand,
        "agent": session.agent if session else None,
        "csrf": session.csrf if session else "",
        "path": request.path,
        "search": request.query.get("q", ""),
        "alerts": request.get(ALERTS, Alerts()),
    }


def wants_json(request: web.Request) -> bool:
    """Whether a script asks, not somebody who looks at the answer."""
    return "application/json" in request.headers.get("Accept", "") or (
        "text/event-stream" in request.headers.get("Accept", "")
    )


class _Versions:
    """Addresses of static files that change with their content, so that browsers may keep them."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        if name not in self._known:
            content = (STATIC / name).read_bytes()
            self._known[name] = hashlib.sha256(content).hexdigest()[:12]
        return f"/desk/static/{name}?v={self._known[name]}"
