"""Flood control: how fast a bot may send."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.telegram.errors import too_many


@dataclass(frozen=True)
class Limits:
    """Messages per span of seconds; what Telegram's FAQ gives as guidance."""

    per_bot: tuple[int, float] = (30, 1.0)
    per_chat: tuple[int, float] = (1, 1.0)
    per_group: tuple[int, float] = (20, 60.0)


class Window:
    """At most `count` events in any span of `seconds`."""

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._seconds = seconds
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until one more event fits; 0 when it fits now."""
        while self._times and now - self._times[0] >= self._seconds:
            self._times.popleft()
        if len(self._times) < self._count:
            return 0.0
        return self._seconds - (now - self._times[0])

    def add(self, now: float) -> None:
        """An event took place."""
        self._times.append(now)


class Flood:
    """The windows of one bot; without limits nothing is ever too fast."""

    def __init__(self, limits: Limits | None, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._bot = Window(*limits.per_bot) if limits else None
        self._chats: defaultdict[int, Window] = defaultdict(lambda: Window(*(limits or Limits()).per_chat))
        self._groups: defaultdict[int, Window] = defaultdict(lambda: Window(*(limits or Limits()).per_group))

    def admit(self, chat: int) -> None:
        """Count a message to this chat; raises 429, and counts nothing, where it is too fast."""
        if self._bot is None:
            return
        now = self._clock()
        windows = [self._bot, self._chats[chat]]
        if chat < 0:
            windows.append(self._groups[chat])
        wait = max(window.wait(now) for window in windows)
        if wait > 0:
            raise too_many(max(1, math.ceil(wait)))
        for window in windows:
            window.add(now)
