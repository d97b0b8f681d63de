"""Vectors that X's documentation gives, or that were computed by its words."""

from __future__ import annotations

import json

import pytest

from bot.channels.x import X
from bot.errors import Forged
from tests.channels.x.contract import SECRETS, account, build, oauth2
from tests.fakes.x.webhook import signed

# With the key `consumer_secret`.
RESPONSE = "sha256=v1WdiCVwy17uGTMWveHGlqQXN/qW1bQraNXXByRO2YA="
SIGNATURE = "sha256=c/AYE/5msFOwNKqhikrT9HemPLNWB+FZabPLm+a1dro="


def test_challenge_is_answered_in_json() -> None:
    channel = build()
    answer = channel.handshake({"crc_token": "challenge_string"})
    assert answer is not None
    assert json.loads(answer) == {"response_token": RESPONSE}
    assert channel.handshake_type == "application/json"


def test_signature_of_a_body() -> None:
    channel = build()
    channel.authenticate({"X-Twitter-Webhooks-Signature": SIGNATURE}, b'{"data":{}}')
    with pytest.raises(Forged):
        channel.authenticate({"X-Twitter-Webhooks-Signature": SIGNATURE}, b'{"data":[]}')


def test_newer_secret_signs_too_and_answers_challenges() -> None:
    channel = X(account(tokens="tokens.json"), oauth2("refresh"))
    newer = {"x-twitter-webhooks-signature-oauth2": signed("client_secret", b"{}")}
    channel.authenticate(newer, b"{}")
    channel.authenticate({"x-twitter-webhooks-signature": signed("consumer_secret", b"{}")}, b"{}")
    with pytest.raises(Forged):
        channel.authenticate({**newer, "x-twitter-webhooks-signature": "sha256=no"}, b"{}")
    answer = channel.handshake({"crc_token": "a"})
    assert answer is not None
    assert json.loads(answer)["response_token"] == signed("client_secret", b"a")


def test_secrets_are_not_shown() -> None:
    shown = repr(build()) + repr(vars(build()))
    assert not any(secret in shown for secret in SECRETS.values() if "made-up" in secret)
