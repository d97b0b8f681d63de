"""What is kept of a request on which our own code failed. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from bot.channels.base import Channel
from bot.details import DetailKind, mask
from bot.store.set_aside import Failed

CARDS: tuple[DetailKind, ...] = ("card",)
# Numbers under these names tell who wrote what where: masked, the request could not be tried again.
_IDENTIFIER = re.compile(r"id|from|to|.*_id|.*Id")


def failed(channel: Channel, raw_body: bytes, error: str) -> Failed:
    """A request to be counted: the same body of the same account is the same request."""
    content = b"\0".join((channel.name.encode(), channel.account.encode(), raw_body))
    return Failed(
        channel=channel.name,
        account=channel.account,
        digest=hashlib.sha256(content).hexdigest(),
        body=body_without_cards(raw_body),
        error=error,
    )


def body_without_cards(raw_body: bytes) -> str:
    """A body that may be stored: like a message, without numbers of payment cards."""
    text = raw_body.decode("utf-8", "replace").replace("\0", "")
    try:
        return _masked_json(text)
    except Exception:  # noqa: BLE001 - our own masking may be what fails on this very body
        return re.sub(r"\d", "•", text)


def _masked_json(text: str) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return mask(text, CARDS)
    return json.dumps(_masked(value))


def _masked(value: Any, name: str = "") -> Any:
    if isinstance(value, str):
        return value if _IDENTIFIER.fullmatch(name) else mask(value, CARDS)
    if isinstance(value, dict):
        return {key: _masked(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, name) for item in value]
    return value
