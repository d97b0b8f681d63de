"""Who was told in time that somebody looks into it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from bench.harness.platform import Heard
from bench.harness.streams import Posted
from bench.harness.wording import Wording


class Promptness(Struct, frozen=True, kw_only=True):
    """How long people waited for the first text after each message, in seconds.

    `told_before` are messages of people who had been told already: they added a line to what was
    acknowledged and is not answered yet, or a human has taken over. Nobody owes them a text at
    once; where one comes in time all the same, it counts among `seconds`. `silent` are those who
    were owed a text and never got one.
    """

    seconds: list[float]
    told_before: int
    silent: int

    @property
    def owed(self) -> int:
        """How many messages asked for a text."""
        return len(self.seconds) + self.silent

    def in_time(self, limit: float) -> int:
        """How many of them got one within so many seconds."""
        return sum(it <= limit for it in self.seconds)

    def told(self) -> str:
        """The same in words."""
        return (
            f"{self.in_time(1.0)} of {self.owed}; {self.told_before} more wrote on after they had been told"
        )


def promptness(
    posted: Sequence[Posted],
    chats: Sequence[int],
    heard: Mapping[int, Sequence[Heard]],
    wording: Wording,
    limit: float = 1.0,
) -> Promptness:
    """Look at what came into each chat before and after each of its messages."""
    seconds, told_before, silent = [], 0, 0
    for it, chat in zip(posted, chats, strict=True):
        texts = heard.get(chat, ())
        wait = min((text.at - it.due for text in texts if text.at >= it.due), default=None)
        before = [text for text in texts if text.at < it.due]
        if (wait is None or wait > limit) and _was_told(before, wording):
            told_before += 1
        elif wait is None:
            silent += 1
        else:
            seconds.append(wait)
    return Promptness(seconds=seconds, told_before=told_before, silent=silent)


def _was_told(before: Sequence[Heard], wording: Wording) -> bool:
    waits = bool(before) and wording.acknowledges(before[-1].text)
    return waits or any(wording.hands_over(text.text) for text in before)
