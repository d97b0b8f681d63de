"""A real Mastodon server for tests, and the people on it.

The server is mastodon_mock, which `make mastodon` puts into a place of its own. What it does not
do as an instance does, `tests.fakes.paper_instance` does.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tests.servers import LOOPBACK, Server

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "var/mastodon/bin/python"
MISSING = "make mastodon"
# One for each test that wants an account of the brand with no past.
SHOPS = 60
PEOPLE = ("ann", "bob", "eve@other.example")
# For ever, as an idle stream of this server breaks at its heartbeat on Python 3.10.
NEVER = 86_400

Json = dict[str, Any]


class MastodonMock(Server):
    """An instance with people on it; `heartbeat` is after how many idle seconds a stream breaks."""

    def __init__(self, folder: Path, heartbeat: float = NEVER) -> None:
        super().__init__(folder)
        self._heartbeat = heartbeat
        self._numbers = count()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{LOOPBACK}:{self.port}"

    def shop(self) -> Somebody:
        """An account of the brand that nobody has used."""
        return Somebody(self, f"shop{next(self._numbers)}")

    def person(self, acct: str = "ann") -> Somebody:
        """A customer."""
        return Somebody(self, acct)

    def fails(self, method: str, path: str, effect: str, times: int = 1, **more: Any) -> None:
        """Let the next calls of a kind fail; paths may hold `*`."""
        rule = {"match": {"methods": [method], "path": path}, "count": times}
        self.call("POST", "/api/v1/_mock/faults", {**rule, "effect": {"type": effect, **more}})

    def works(self) -> None:
        """Let nothing fail any more."""
        self.call("DELETE", "/api/v1/_mock/faults")

    def call(self, method: str, path: str, values: Json | None = None, token: str = "") -> Any:
        """One request."""
        # S310: the address is that of our own server on loopback.
        request = urllib.request.Request(f"{self.url}{path}", method=method)  # noqa: S310
        request.add_header("Authorization", f"Bearer {token}")
        if values is not None:
            request.data = json.dumps(values).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)

    def _command(self) -> Sequence[str | Path]:
        config = self.folder / "mastodon.toml"
        config.write_text(self._config(), encoding="utf8")
        address = ("--host", LOOPBACK, "--port", str(self.port), "--domain", f"{LOOPBACK}:{self.port}")
        return [PYTHON, "-m", "mastodon_mock", "serve", "--config", config, "--in-memory", *address]

    def _user(self) -> int | None:
        return None  # its Python may lie where nobody else may look

    def _config(self) -> str:
        names = (*(f"shop{number}" for number in range(SHOPS)), *PEOPLE)
        accounts = (_account(*name.partition("@")[::2]) for name in names)
        return f"[streaming]\nheartbeat_seconds = {self._heartbeat}\n" + "".join(accounts)

    def _answers(self) -> bool:
        try:
            self.call("GET", "/api/v1/instance")
        except urllib.error.URLError:
            return False
        return True


class Somebody:
    """An account, seen from the program of whoever uses it."""

    def __init__(self, server: MastodonMock, acct: str) -> None:
        self.acct = acct
        self.token = token_of(acct)
        self._server = server

    def says(self, text: str, *, to: str = "", visibility: str = "public", **more: Any) -> str:
        """Post a status, in reply to another one if need be; returns its id."""
        values = {"status": text, "visibility": visibility, **more}
        if to:
            values["in_reply_to_id"] = to
        return str(self._call("POST", "/api/v1/statuses", values)["id"])

    def status(self, status_id: str) -> Json:
        """A status, as this account sees it."""
        found: Json = self._call("GET", f"/api/v1/statuses/{status_id}")
        return found

    def replies(self, status_id: str) -> list[Json]:
        """What stands below a status."""
        found: list[Json] = self._call("GET", f"/api/v1/statuses/{status_id}/context")["descendants"]
        return found

    def deletes(self, status_id: str) -> None:
        """Delete a status of this account's own."""
        self._call("DELETE", f"/api/v1/statuses/{status_id}")

    def edits(self, status_id: str, text: str) -> None:
        """Edit a status of this account's own."""
        self._call("PUT", f"/api/v1/statuses/{status_id}", {"status": text})

    def likes(self, status_id: str) -> None:
        """Favourite a status, of which its author is notified."""
        self._call("POST", f"/api/v1/statuses/{status_id}/favourite")

    def marker(self) -> str:
        """Up to where this account has taken in its notifications."""
        found = self._call("GET", "/api/v1/markers?timeline[]=notifications")
        return str(found["notifications"]["last_read_id"]) if found else ""

    def _call(self, method: str, path: str, values: Json | None = None) -> Any:
        return self._server.call(method, path, values, self.token)


@contextmanager
def mastodon_mock(heartbeat: float = NEVER) -> Iterator[MastodonMock]:
    """A running instance."""
    folder = Path(tempfile.mkdtemp(prefix="relais-mastodon-"))
    server = MastodonMock(folder, heartbeat)
    server.start()
    try:
        yield server
    finally:
        server.kill()  # asked to end it would wait for everybody who follows a stream
        shutil.rmtree(folder, ignore_errors=True)


def token_of(acct: str) -> str:
    """The token of an account, which the server is given at its start."""
    return f"made-up-token-of-{acct}"


def _account(username: str, domain: str) -> str:
    acct = f"{username}@{domain}" if domain else username
    lines = ["", "[[seed.accounts]]", f'username = "{username}"', f'access_token = "{token_of(acct)}"']
    return "\n".join([*lines, *([f'domain = "{domain}"'] if domain else []), ""])
