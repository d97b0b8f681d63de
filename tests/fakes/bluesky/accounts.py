"""Accounts and their sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from tests.fakes.bluesky.errors import Json, XrpcError

ACCESS_SECONDS, REFRESH_SECONDS = 7200.0, 60 * 86400.0


@dataclass
class Account:
    """An account of the network; `incoming` says who may begin a chat with it.

    `chat_passwords` are those of its app passwords that may read and write direct messages.
    """

    did: str
    handle: str
    name: str = ""
    passwords: set[str] = field(default_factory=set)
    chat_passwords: set[str] = field(default_factory=set)
    is_bot: bool = False
    incoming: str = "all"
    follows: set[str] = field(default_factory=set)
    blocks: set[str] = field(default_factory=set)
    seen_at: str = ""
    state: str = ""

    def view(self, viewer: Account) -> Json:
        """What others see of it."""
        labels = [{"src": self.did, "val": "bot", "uri": self.did}] if self.is_bot else []
        how: Json = {"muted": False, "blockedBy": viewer.did in self.blocks}
        if self.did in viewer.blocks:
            how["blocking"] = f"at://{viewer.did}/app.bsky.graph.block/3aaaaaaaaaaaa"
        return {
            "did": self.did,
            "handle": self.handle,
            "displayName": self.name,
            "labels": labels,
            "viewer": how,
        }


@dataclass
class Session:
    """A pair of tokens."""

    did: str
    access: str
    refresh: str
    ends: float
    ends_for_good: float
    chat: bool


class Sessions:
    """Gives tokens out and knows them again; `created` and `refreshed` count."""

    def __init__(self, accounts: dict[str, Account], clock: Callable[[], float]) -> None:
        self.created = 0
        self.refreshed = 0
        self._accounts = accounts
        self._clock = clock
        self._numbers = count(1)
        self._sessions: list[Session] = []

    def create(self, body: Json) -> Json:
        """Sign in with a handle or DID and a password."""
        names = (body.get("identifier"),)
        found = [each for each in self._accounts.values() if {each.did, each.handle} & set(names)]
        password = body.get("password")
        if not found or password not in found[0].passwords:
            raise XrpcError(401, "AuthenticationRequired", "Invalid identifier or password")
        self.created += 1
        return self._give(found[0], chat=password in found[0].chat_passwords)

    def refresh(self, token: str) -> Json:
        """Change a refresh token for another pair; the old one is over then."""
        session = next((each for each in self._sessions if each.refresh == token), None)
        if session is None or self._clock() >= session.ends_for_good:
            raise XrpcError(400, "ExpiredToken", "Token has been revoked")
        self._sessions.remove(session)
        self.refreshed += 1
        return self._give(self._accounts[session.did], chat=session.chat)

    def account(self, token: str, *, chat: bool = False) -> Account:
        """Whose token it is, where it is good; raises `XrpcError`."""
        if not token:
            raise XrpcError(401, "AuthMissing", "Authentication Required")
        session = next((each for each in self._sessions if each.access == token), None)
        if session is None:
            raise XrpcError(400, "InvalidToken", "Token could not be verified")
        if self._clock() >= session.ends:
            raise XrpcError(400, "ExpiredToken", "Token has expired")
        if chat and not session.chat:
            raise XrpcError(400, "InvalidToken", "Bad token method")
        account = self._accounts[session.did]
        self._mind_state(account)
        return account

    def expire(self, *, for_good: bool = False) -> None:
        """All access tokens are over, and with `for_good` the refresh tokens too."""
        for session in self._sessions:
            session.ends = self._clock()
            session.ends_for_good = self._clock() if for_good else session.ends_for_good

    def _give(self, account: Account, *, chat: bool) -> Json:
        self._mind_state(account)
        number = next(self._numbers)
        now = self._clock()
        session = Session(
            did=account.did,
            access=f"made-up-access-{number}",
            refresh=f"made-up-refresh-{number}",
            ends=now + ACCESS_SECONDS,
            ends_for_good=now + REFRESH_SECONDS,
            chat=chat,
        )
        self._sessions.append(session)
        return {
            "did": account.did,
            "handle": account.handle,
            "accessJwt": session.access,
            "refreshJwt": session.refresh,
            "active": True,
        }

    def _mind_state(self, account: Account) -> None:
        if account.state:
            raise XrpcError(400, account.state, "Account has been taken down")
