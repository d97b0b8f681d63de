"""What a request must fulfil, and what browsers are told about an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from aiohttp import web

_REFUSALS: dict[int, type[web.HTTPException]] = {
    400: web.HTTPBadRequest,
    403: web.HTTPForbidden,
    404: web.HTTPNotFound,
    415: web.HTTPUnsupportedMediaType,
    422: web.HTTPUnprocessableEntity,
    429: web.HTTPTooManyRequests,
}


def refusal(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> web.HTTPException:
    """An error for programs (`error`) and for people (`message`)."""
    text = json.dumps({"error": code, "message": message})
    kind = _REFUSALS[status]
    return kind(text=text, content_type="application/json", headers={**PRIVATE, **(headers or {})})


def too_large(actual: int, longest: int) -> web.HTTPException:
    """The body has more bytes than anybody needs."""
    message = f"The message may not have more than {longest} bytes."
    return web.HTTPRequestEntityTooLarge(
        max_size=longest,
        actual_size=actual,
        text=json.dumps({"error": "too_large", "message": message}),
        content_type="application/json",
        headers=PRIVATE,
    )


def refuse_foreign(request: web.Request, public_url: str) -> None:
    """Refuse what a page of another site made a visitor's browser send.

    Browsers say where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`; pages
    cannot set either. A program that is no browser sends neither, and no one else's cookie.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        own = site in ("same-origin", "none")
    else:
        origin = request.headers.get("Origin")
        own = origin is None or origin == public_url or urlsplit(origin).netloc == request.host
    if not own:
        raise refusal(403, "foreign_site", "This may only be sent from the chat's own page.")


BASE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PRIVATE = {**BASE, "Cache-Control": "no-store"}
PUBLIC = {**BASE, "Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=300"}
ASSET = {**BASE, "Cache-Control": "public, max-age=31536000, immutable"}


def page_headers(frame_ancestors: Iterable[str]) -> dict[str, str]:
    """Headers of a page: only our own files, no inline code, framed by these alone."""
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        f"frame-ancestors {' '.join(frame_ancestors)}",
        "require-trusted-types-for 'script'",
    ]
    return {
        **PRIVATE,
        "Content-Security-Policy": "; ".join(policy),
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
