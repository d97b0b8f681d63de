"""What a process remembers of what it has seen, so that only news is told: nothing that must last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec import Struct

from bot.channels.youtube.wire import Comment

V = TypeVar("V")

THREADS, NAMES = 5_000, 10_000
# A comment as it was seen: its id, and what changes with every edit and every decision about it.
Seen = frozenset[tuple[str, str, str]]


class Known(Struct, frozen=True, kw_only=True):
    """A thread as it was told: how many replies there were, None where one was held back."""

    total: int | None
    seen: Seen


UNKNOWN = Known(total=None, seen=frozenset())


class Memory:
    """Threads that were told, and how the authors of replies are called."""

    def __init__(self) -> None:
        self._threads: OrderedDict[str, Known] = OrderedDict()
        self._names: OrderedDict[str, str] = OrderedDict()

    def known(self, thread: str) -> Known:
        """A thread as it was told last."""
        return self._threads.get(thread, UNKNOWN)

    def keep(self, thread: str, total: int | None, seen: Seen) -> None:
        """A thread was told."""
        # What was seen before stays: YouTube gives some replies this time and others the next time.
        older = self.known(thread).seen if total is None or total == self.known(thread).total else frozenset()
        _keep(self._threads, thread, Known(total=total, seen=older | seen), THREADS)

    def keep_names(self, comments: Iterable[Comment]) -> None:
        """These are the names of who wrote them."""
        for comment in comments:
            _keep(self._names, comment.id, comment.snippet.author_display_name, NAMES)

    def name(self, comment_id: str) -> str:
        """How the author of a comment is called, empty where that was not seen."""
        return self._names.get(comment_id, "")


def seen_in(comments: Sequence[Comment]) -> Seen:
    """Comments as they are now."""
    return frozenset(map(_as_seen, comments))


def _as_seen(comment: Comment) -> tuple[str, str, str]:
    edited = comment.edited_at
    return comment.id, edited.isoformat() if edited else "", comment.snippet.moderation_status or ""


def _keep(store: OrderedDict[str, V], key: str, value: V, most: int) -> None:
    store[key] = value
    store.move_to_end(key)
    while len(store) > most:
        store.popitem(last=False)
