"""How Meta proves that a request is its own."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from bot.errors import Forged

HEADER = "X-Hub-Signature-256"
METHOD = "sha256="


def authenticate(secret: str, headers: Mapping[str, str], raw_body: bytes) -> None:
    """Check the signature over the very bytes that came; raise `Forged` where it fails.

    Meta signs the escaped form of the JSON, so that nothing may be decoded before.
    """
    given = [value for name, value in headers.items() if name.lower() == HEADER.lower()]
    if len(given) != 1:
        raise Forged("the signature is missing")
    if not hmac.compare_digest(given[0].encode(errors="replace"), signature(secret, raw_body).encode()):
        raise Forged("the signature is wrong")


def signature(secret: str, raw_body: bytes) -> str:
    """The header's value for a body: HMAC-SHA256 with the app secret as key."""
    return METHOD + hmac.new(secret.encode(), raw_body, hashlib.sha256).hexdigest()


def challenge(verify: str, query: Mapping[str, str]) -> str | None:
    """The answer to the GET by which Meta verifies a callback, None where the token is not ours."""
    token, nonce = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
    if query.get("hub.mode") != "subscribe" or not nonce:
        return None
    return nonce if hmac.compare_digest(token.encode(errors="replace"), verify.encode()) else None
