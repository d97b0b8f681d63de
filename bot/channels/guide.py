"""What whoever connects an account of a channel has to know: data for `python -m bot connect`."""

from __future__ import annotations

from msgspec import Struct


class Value(Struct, frozen=True, kw_only=True):
    """One secret or option of an account: its name in brand.yml, and in words where to find it.

    `ours` says that nobody gives it out: we make it up.
    """

    name: str
    where: str
    secret: bool = False
    optional: bool = False
    ours: bool = False


class Guide(Struct, frozen=True, kw_only=True):
    """The way from nothing to a connected account.

    `before` are steps on the platform that come first. `after` are those that the platform lets
    nobody do by program; `{url}` in them is where it is to send events. `recipient` says what to
    give as the one who gets the test message; empty where only an answer can be sent.
    """

    values: tuple[Value, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    recipient: str = ""
