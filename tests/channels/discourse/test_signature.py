"""The signature of a forum's webhooks."""

from __future__ import annotations

from bot.channels.discourse.signature import HEADER, authenticate, signature

# Computed with openssl: printf '{"ping":"OK"}' | openssl dgst -sha256 -hmac s3cret
VECTOR = "sha256=9609237ace2ef4c3bca12de9abf911eef9714342ac999519fcc4a7071272010e"


def test_vector_is_the_same() -> None:
    assert signature("s3cret", b'{"ping":"OK"}') == VECTOR
    authenticate("s3cret", {HEADER.lower(): VECTOR}, b'{"ping":"OK"}')
