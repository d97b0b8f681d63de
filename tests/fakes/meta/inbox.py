"""The private side of an account: who wrote when, who has the conversation, how fast it sends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tests.fakes.meta.errors import invalid, other_app, too_many, unavailable, window_closed

DAY = 24 * 3600.0
WEEK = 7 * DAY


class Inbox:
    """What decides whether a message may be sent to a person now.

    `limit` is how many messages an account may send in how many seconds, None for any number.
    """

    def __init__(self, clock: Callable[[], float], window_subcode: int) -> None:
        self.human_agent = False
        self.limit: tuple[int, float] | None = None
        self.elsewhere: set[str] = set()
        self.gone: set[str] = set()
        self._clock = clock
        self._window_subcode = window_subcode
        self._wrote: dict[str, float] = {}
        self._sent: deque[float] = deque()

    def heard(self, person: str) -> None:
        """The person wrote: the windows open again."""
        self._wrote[person] = self._clock()

    def admit(self, person: str, messaging_type: str, tag: str) -> None:
        """Count a message; raise what Meta answers where it may not be sent."""
        if person in self.gone:
            raise unavailable()
        if person not in self._wrote:
            raise invalid("No matching user found")
        if person in self.elsewhere:
            raise other_app()
        self._check_window(person, messaging_type, tag)
        self.count()

    def count(self) -> None:
        """Count a message of whatever kind; raise where there were too many."""
        if self.limit is None:
            return
        most, seconds = self.limit
        now = self._clock()
        while self._sent and now - self._sent[0] >= seconds:
            self._sent.popleft()
        if len(self._sent) >= most:
            raise too_many()
        self._sent.append(now)

    def _check_window(self, person: str, messaging_type: str, tag: str) -> None:
        silence = self._clock() - self._wrote[person]
        if messaging_type == "RESPONSE" and silence <= DAY:
            return
        is_human = messaging_type == "MESSAGE_TAG" and tag == "HUMAN_AGENT" and self.human_agent
        if is_human and silence <= WEEK:
            return
        raise window_closed(self._window_subcode)
