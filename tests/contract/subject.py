"""What a channel tells the contract suite of itself, in tests/channels/<name>/contract.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.channels.base import Channel


@dataclass(frozen=True)
class Subject:
    """How to build a channel that talks to nobody, and what the payloads beside it are.

    `forged` are headers that must be refused. `signs_body` says that a signature holds for one
    body only. `batch` names a payload with several events, where the platform has such, and
    `unknown` those that hold none. Without `webhook` a channel takes no request at all; one that
    `polls` parses all the same, what it has fetched.
    """

    build: Callable[[], Channel]
    forged: tuple[Mapping[str, str], ...] = ()
    signs_body: bool = True
    batch: str | None = None
    unknown: tuple[str, ...] = ()
    webhook: bool = True
    polls: bool = False
