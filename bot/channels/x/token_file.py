"""Keeps OAuth 2.0 tokens in a file, for X changes both whenever one is renewed.

The token that was used is dead from then on: without the file a restart would have nothing but that.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from bot.errors import AccountStopped

log = logging.getLogger(__name__)

# Between two looks whether another process has let go of the file, in seconds.
LOOK_AGAIN = 0.1


class Tokens(Struct, frozen=True, kw_only=True):
    """What is kept; `seed` tells from which configured token they come, `expires_at` is epoch seconds."""

    seed: str
    refresh_token: str
    access_token: str = ""
    expires_at: float = 0.0

    def __repr__(self) -> str:
        return "Tokens()"  # they stay out of tracebacks


class TokenFile:
    """The tokens of one account, shared by all processes of a machine.

    Whoever configures a new refresh token begins anew: what is kept of another one is left aside.
    """

    def __init__(self, path: Path, configured: str) -> None:
        self._path = path
        self._begin = Tokens(seed=hashlib.sha256(configured.encode()).hexdigest(), refresh_token=configured)

    def load(self) -> Tokens:
        """What is kept; raises `AccountStopped` where the file cannot be read."""
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=Tokens)
        except FileNotFoundError:
            return self._begin
        except OSError as error:
            raise AccountStopped(f"cannot read {self._path}: {error.strerror}") from None
        except msgspec.MsgspecError:
            raise AccountStopped(f"{self._path} holds no tokens of ours: remove it") from None
        return kept if kept.seed == self._begin.seed else self._begin

    def save(self, access_token: str, refresh_token: str, expires_at: float) -> Tokens:
        """Keep new tokens, all or nothing, for the owner's eyes only."""
        tokens = msgspec.structs.replace(
            self._begin, access_token=access_token, refresh_token=refresh_token, expires_at=expires_at
        )
        try:
            self._write(tokens)
        except OSError as error:
            # They are good all the same, as long as this process lives.
            log.error("cannot keep tokens in %s, a restart would lose them: %s", self._path, error.strerror)
        return tokens

    def _write(self, tokens: Tokens) -> None:
        own = self._path.with_name(f"{self._path.name}-{os.getpid()}")
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(tokens))
            file.flush()
            os.fsync(descriptor)
        own.replace(self._path)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Let no other process renew meanwhile; raises `AccountStopped` where nothing can be written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise AccountStopped(f"cannot keep tokens in {self._path}: {error.strerror}") from None
        try:
            while not _is_ours(lock):  # noqa: ASYNC110 - another process tells nobody
                await asyncio.sleep(LOOK_AGAIN)
            yield
        finally:
            os.close(lock)


def _is_ours(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
