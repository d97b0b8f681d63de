"""How a forum proves that a request is its own.

`sha256=` and the HMAC of the raw body in hexadecimal digits, with the webhook's secret
(app/jobs/regular/emit_web_hook_event.rb of Discourse: build_webhook_headers).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from bot.errors import Forged

HEADER = "X-Discourse-Event-Signature"
METHOD = "sha256="


def authenticate(secret: str, headers: Mapping[str, str], raw_body: bytes) -> None:
    """Check the signature over the very bytes that came; raise `Forged` where it fails."""
    given = [value for name, value in headers.items() if name.lower() == HEADER.lower()]
    if len(given) != 1:
        raise Forged("the signature is missing")
    if not hmac.compare_digest(given[0].encode(errors="replace"), signature(secret, raw_body).encode()):
        raise Forged("the signature is wrong")


def signature(secret: str, raw_body: bytes) -> str:
    """The header's value for a body."""
    return METHOD + hmac.new(secret.encode(), raw_body, hashlib.sha256).hexdigest()
