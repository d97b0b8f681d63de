"""Only Meta's own requests are let in."""

from __future__ import annotations

import pytest

from bot.channels.meta.signature import HEADER, authenticate, challenge, signature
from bot.errors import Forged

BODY = b'{"object":"page","entry":[]}'
# Computed with another program than ours: openssl dgst -sha256 -hmac app_secret.
EXPECTED = "sha256=22d3988d1017c437ea81a89d41e2d3266c00a508cffdb23f8ad8746d232d77e9"
ASKED = {"hub.mode": "subscribe", "hub.verify_token": "ours", "hub.challenge": "1158201444"}


def test_published_vector_is_met() -> None:
    assert signature("app_secret", BODY) == EXPECTED
    authenticate("app_secret", {HEADER: EXPECTED}, BODY)


def test_escaped_form_is_what_is_signed() -> None:
    escaped, plain = b'{"text":"\\u00e4"}', '{"text":"ä"}'.encode()
    headers = {HEADER.lower(): signature("app_secret", escaped)}
    authenticate("app_secret", headers, escaped)
    with pytest.raises(Forged):
        authenticate("app_secret", headers, plain)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {HEADER: ""},
        {HEADER: EXPECTED[:-1]},
        {HEADER: EXPECTED.removeprefix("sha256=")},
        {HEADER: EXPECTED.upper()},
        {HEADER: "sha256=é"},
        {HEADER: EXPECTED, HEADER.lower(): EXPECTED},
        # The old signature, which is weaker.
        {"X-Hub-Signature": EXPECTED},
    ],
)
def test_anything_else_is_forged(headers: dict[str, str]) -> None:
    with pytest.raises(Forged):
        authenticate("app_secret", headers, BODY)


def test_challenge_is_repeated_to_who_knows_the_verify_token() -> None:
    assert challenge("ours", ASKED) == "1158201444"


@pytest.mark.parametrize(
    "query", [{"hub.mode": "unsubscribe"}, {"hub.verify_token": "öurs"}, {"hub.challenge": ""}]
)
def test_any_other_challenge_is_refused(query: dict[str, str]) -> None:
    assert challenge("ours", ASKED | query) is None
