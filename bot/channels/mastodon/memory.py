"""What a process remembers of statuses: a deletion tells nothing but a number."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime
from typing import Any

from msgspec import Struct

from bot.channels.mastodon.wire import Status

# Older ones are hardly ever edited or deleted.
REMEMBERED = 5000
# So many notifications are looked at again after a gap: an instance makes several at once, and
# does not finish them in the order of their numbers.
OVERLAP = 40


class Known(Struct, frozen=True, kw_only=True):
    """What is remembered of a status; `root` is None until somebody asks for it."""

    acct: str
    visibility: str
    parent: str | None
    root: str | None
    edited_at: datetime | None


def order(number: str) -> tuple[int, str]:
    """What sorts numbers, which are texts: the longer one is the later one."""
    return len(number), number


class Memory:
    """Statuses that mentioned us, and how far notifications were taken in."""

    def __init__(self) -> None:
        self.last: str | None = None
        # The last status of our own account, whoever wrote it.
        self.last_own: str | None = None
        self._statuses: OrderedDict[str, Known] = OrderedDict()
        self._direct: OrderedDict[str, str] = OrderedDict()
        self._taken: OrderedDict[str, None] = OrderedDict()
        self._latest: deque[str] = deque(maxlen=OVERLAP + 1)

    def keep(self, status: Status, root: str | None) -> None:
        """Remember a status."""
        self._statuses[status.id] = Known(
            acct=status.account.acct,
            visibility=status.visibility,
            parent=status.in_reply_to_id,
            root=root,
            edited_at=status.edited_at,
        )
        _shorten(self._statuses)
        if status.is_direct:
            person = status.account.acct.lower()
            self._direct[person] = max(status.id, self._direct.get(person, ""), key=order)
            _shorten(self._direct)

    def keep_own(self, status_id: str) -> None:
        """Our account has written a status."""
        self.last_own = max(status_id, self.last_own or "", key=order)

    def latest_direct(self, person: str) -> str:
        """What somebody, by his name in lower case, wrote last directly; empty where nobody knows."""
        return self._direct.get(person, "")

    def known(self, status_id: str) -> Known | None:
        """What is remembered of a status."""
        return self._statuses.get(status_id)

    def begin(self, number: str) -> None:
        """All up to this notification is no matter of ours."""
        self.last = number
        self._latest.append(number)

    def take(self, number: str) -> None:
        """A notification is stored, and need not come again."""
        self.last = number if self.last is None else max(self.last, number, key=order)
        self._taken[number] = None
        self._latest.append(number)
        _shorten(self._taken)

    def is_taken(self, number: str) -> bool:
        """Whether it is."""
        return number in self._taken

    def start_of_gap(self) -> str:
        """The number after which notifications are fetched."""
        return min(self._latest, key=order, default="0")


def _shorten(remembered: OrderedDict[str, Any]) -> None:
    while len(remembered) > REMEMBERED:
        remembered.popitem(last=False)
