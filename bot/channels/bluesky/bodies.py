"""Puts together what is parsed, from what the network tells."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from bot.channels.bluesky.line import Json
from bot.channels.bluesky.memory import Known, Memory
from bot.channels.bluesky.wire import Me, posted_in


def notified(notification: Json, own: Iterable[Json], me: Me, memory: Memory | None = None) -> bytes:
    """Somebody mentioned, answered or quoted us; `own` is what colleagues wrote in these days."""
    uri = notification.get("uri")
    post = posted_in(notification)  # where it is none, parsing it says what is wrong
    if memory is not None and post:
        memory.keep(post)
    answers = [record for record in own if parent_of(record) == uri]
    return _body("notification", me, post=notification, answers=answers)


def own(record: Json, me: Me) -> bytes:
    """A colleague has written a post."""
    return _body("own", me, post=record)


def gone(known: Known) -> bytes:
    """A post is not there any more."""
    names = {"uri": known.ref.uri, "root": known.root.uri, "person": known.person}
    return json.dumps({"type": "gone", **names}).encode()


def direct(convo: Json, message: Json, me: Me) -> bytes:
    """Somebody, or a colleague, wrote a direct message."""
    few = {name: convo[name] for name in ("id", "members") if name in convo}
    return _body("direct", me, convo=few, message=message)


def found(posts: list[Json], me: Me) -> bytes:
    """A search has found these; one that is odd spoils no others."""
    return _body("found", me, posts=[post for post in posts if posted_in(post)])


def parent_of(record: Json) -> str:
    """What a post answers; empty where it answers nothing."""
    told: Any = record
    for name in ("value", "reply", "parent", "uri"):
        told = told.get(name) if isinstance(told, dict) else None
    return told if isinstance(told, str) else ""


def _body(kind: str, me: Me, **more: Any) -> bytes:
    return json.dumps({"type": kind, "me": msgspec.to_builtins(me), **more}).encode()
