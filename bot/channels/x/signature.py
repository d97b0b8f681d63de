"""How X proves that a request is its own, and how we prove that a webhook is ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

from bot.errors import Forged

# X signs with the secret of the app's OAuth 2.0 client, with its API secret, or with both (docs.x.com,
# "V2 Webhooks API", signature headers, 2026).
CLIENT_HEADER = "x-twitter-webhooks-signature-oauth2"
CONSUMER_HEADER = "x-twitter-webhooks-signature"


def signature(secret: str, message: bytes) -> str:
    """HMAC-SHA256 with an app's secret as key, as X writes it."""
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return f"sha256={base64.b64encode(digest).decode()}"


def authenticate(secrets: Mapping[str, str], headers: Mapping[str, str], raw_body: bytes) -> None:
    """Check every signature of which we have the secret, by header; raise `Forged` unless one is there."""
    given = [(name.lower(), value) for name, value in headers.items() if name.lower() in secrets]
    if not given or len(given) > len(secrets):
        raise Forged("the signature is missing")
    for name, value in given:
        expected = signature(secrets[name], raw_body)
        if not hmac.compare_digest(value.encode(errors="replace"), expected.encode()):
            raise Forged("the signature is wrong")


def challenge(secret: str, query: Mapping[str, str]) -> str | None:
    """The answer to X's GET (challenge-response check), None where it asks for none."""
    token = query.get("crc_token", "")
    return json.dumps({"response_token": signature(secret, token.encode())}) if token else None
