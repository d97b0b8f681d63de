"""A database as it looks after months: conversations, cases and their record, made up by a seed.

The same sizes and seed give the same rows on both engines. Words are made of syllables and are as
unevenly distributed as those of a language, so that indexes of words have a realistic size.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate

from msgspec import Struct

SYLLABLES = tuple(first + second for first in "bcdfglmnprstv" for second in ("a", "e", "i", "o", "u", "é"))
VOCABULARY = 30_000
NAMES = 5_000
TEAMS = ("care", "press", "baggage")
# Of a hundred conversations that are over, so many were handed to a human.
HANDED_OVER = 30
AGENTS = 20
TOGETHER = 500
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

Row = tuple[object, ...]
# Takes the name of a table, its columns, and rows.
Load = Callable[[str, Sequence[str], Sequence[Row]], None]


class Sizes(Struct, frozen=True, kw_only=True):
    """How much there is.

    Of the last conversations `open_cases` wait for a human or have one; the last of all has
    `longest` messages.
    """

    messages: int
    open_cases: int = 200
    longest: int = 10_000
    seed: int = 2026


COLUMNS = {
    "agents": ("id", "login", "name", "role", "team", "password_hash", "active", "created_at"),
    "conversations": (
        *("id", "channel", "account", "key", "surface", "chat", "thread", "person", "author", "language"),
        *("last_seq", "misunderstandings", "last_purpose", "acknowledged", "created_at", "updated_at"),
    ),
    "messages": (
        *("id", "conversation_id", "seq", "author", "agent_id", "purpose", "text", "is_payload", "shown"),
        *("is_start", "attachments", "buttons", "reply_to", "platform_id", "delivery", "sent_at"),
        *("created_at", "handled_at", "edited_at", "deleted_at"),
    ),
    "cases": (
        *("id", "reference", "conversation_id", "status", "reason", "why", "register", "language", "rank"),
        *("team", "agent_id", "entities", "opened_at", "acknowledge_by", "acknowledged_at", "answer_by"),
        *("answered_at", "resolved_at", "updated_at"),
    ),
    "record": ("id", "at", "conversation_id", "case_id", "actor", "action", "details"),
    "received": ("channel", "account", "event_id", "received_at"),
}


class Talk(Struct, kw_only=True):
    """A conversation to be made."""

    id: int
    length: int
    began: datetime
    case_id: int | None
    is_open: bool


def fill(load: Load, sizes: Sizes, now: datetime) -> list[int]:
    """Make everything that was written until `now`; returns the conversations that have a case.

    The tables must be empty, and the current case of those conversations is still to be set.
    """
    maker = _Maker(load, sizes, now)
    maker.agents()
    handed_over: list[int] = []
    talks: list[Talk] = []
    for talk in maker.talks():
        talks.append(talk)
        if len(talks) == TOGETHER:
            handed_over += maker.write(talks)
            talks = []
    return handed_over + maker.write(talks)


class _Maker:
    def __init__(self, load: Load, sizes: Sizes, now: datetime) -> None:
        self._load = load
        self._sizes = sizes
        self._now = now
        self._dice = random.Random(sizes.seed)  # noqa: S311 - made-up rows that can be repeated, no secret
        self._words = _distinct(self._dice, VOCABULARY, longest=4)
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))
        self._names = [name.capitalize() for name in _distinct(self._dice, NAMES, longest=3)]
        self._message = self._entry = self._case = 0
        self._rows: dict[str, list[Row]] = {}

    def agents(self) -> None:
        for number in range(1, AGENTS + 1):
            name, team = self._names[number], TEAMS[number % len(TEAMS)]
            self._add("agents", (number, f"agent{number}", name, "agent", team, "-", True, self._now))
        self._flush()

    def talks(self) -> Iterator[Talk]:
        """Conversations with as many messages as are wanted, the longest one last."""
        lengths = []
        left = self._sizes.messages - self._sizes.longest
        while left > 0:
            lengths.append(min(left, 2 + int(self._dice.expovariate(1 / 5))))
            left -= lengths[-1]
        lengths.append(self._sizes.longest)
        step = timedelta(days=365) / len(lengths)
        for number, length in enumerate(lengths, 1):
            is_open = len(lengths) - number < self._sizes.open_cases
            has_case = is_open or self._dice.randrange(100) < HANDED_OVER
            self._case += has_case
            # The last message of each was written before now.
            began = self._now - step * (len(lengths) - number) - timedelta(minutes=length + 10)
            case_id = self._case if has_case else None
            yield Talk(id=number, length=length, began=began, case_id=case_id, is_open=is_open)

    def write(self, talks: Sequence[Talk]) -> list[int]:
        """Messages get their ids in the order of time, as those of many conversations at once do."""
        said = [row for talk in talks for row in self._said(talk)]
        for row in sorted(said, key=lambda row: str(row[-4])):
            self._message += 1
            self._add("messages", (self._message, *row))
        self._flush()
        return [talk.id for talk in talks if talk.case_id]

    def _said(self, talk: Talk) -> Iterator[Row]:
        channel, account = self._dice.choice((("telegram", "nimbea_uk"), ("webchat", "nimbea_fr")))
        language, end = self._dice.choice(("fr", "en", "es")), talk.began + timedelta(minutes=talk.length)
        name = f"{self._dice.choice(self._names)} {self._dice.choice(self._names)}"
        person = f"p{talk.id}"
        address = (channel, account, f"private/{person}", "private", person, "", person, name, language)
        state = (talk.length, 0, "answer", True, talk.began, end)
        self._add("conversations", (talk.id, *address, *state))
        agent = self._hand_over(talk, language, end) if talk.case_id else 1
        for seq in range(1, talk.length + 1):
            at = talk.began + timedelta(minutes=seq, microseconds=talk.id % 999_983)
            yield self._line(talk, channel, account, seq, at, agent)

    def _line(self, talk: Talk, channel: str, account: str, seq: int, at: datetime, agent: int) -> Row:
        author = _author(seq, has_case=talk.case_id is not None)
        platform_id = f"m{talk.id}-{seq}"
        customer = author == "customer"
        if customer:
            self._add("received", (channel, account, platform_id, at))
        if author == "note":
            self._enter(talk, at, f"agent:{agent}", "noted", f'{{"seq": {seq}}}')
        purpose = {"bot": "answer", "agent": "agent"}.get(author)
        delivery = None if author in ("customer", "note") else self._delivery()
        edited = at if customer and self._dice.random() < 0.005 else None
        return (
            *(talk.id, seq, author, agent if author in ("agent", "note") else None, purpose, self._text()),
            *(False, "", False, "[]", "[]", "", platform_id, delivery, at if customer else None),
            *(at, at if customer else None, edited, None),
        )

    def _hand_over(self, talk: Talk, language: str, end: datetime) -> int:
        agent = self._dice.randint(1, AGENTS)
        status = self._status(talk)
        opened, due = talk.began + timedelta(minutes=2), end + timedelta(hours=4)
        done = None if talk.is_open else end
        answered = None if status == "waiting" or self._dice.random() < 0.3 else end
        self._add(
            "cases",
            (
                *(talk.case_id, _reference(talk.case_id or 0), talk.id, status, "complaint", "", "complaint"),
                *(language, self._dice.choice((0, 1, 1, 2, 2, 2, 3)), self._dice.choice(TEAMS)),
                *(None if status == "waiting" else agent, "[]", opened, opened, opened, due, answered, done),
                end,
            ),
        )
        self._enter(talk, opened, "bot", "handed_over", '{"reason": "complaint", "team": "care"}')
        if status != "waiting":
            self._enter(talk, opened, f"agent:{agent}", "claimed", "{}")
        if done:
            self._enter(talk, end, f"agent:{agent}", status, "{}")
        return agent

    def _status(self, talk: Talk) -> str:
        if talk.is_open:
            return "waiting" if self._dice.random() < 0.6 else "claimed"
        return "handed_back" if self._dice.random() < 0.15 else "resolved"

    def _delivery(self) -> str:
        return "failed" if self._dice.random() < 0.001 else "sent"

    def _enter(self, talk: Talk, at: datetime, actor: str, action: str, details: str) -> None:
        self._entry += 1
        self._add("record", (self._entry, at, talk.id, talk.case_id, actor, action, details))

    def _text(self) -> str:
        number = min(3 + int(self._dice.expovariate(1 / 10)), 80)
        text = " ".join(self._dice.choices(self._words, cum_weights=self._weights, k=number))
        return f"{text.capitalize()}."

    def _add(self, table: str, row: Row) -> None:
        self._rows.setdefault(table, []).append(row)

    def _flush(self) -> None:
        # Those that others point to come first.
        for table in COLUMNS:
            if rows := self._rows.pop(table, None):
                self._load(table, COLUMNS[table], rows)


def _author(seq: int, *, has_case: bool) -> str:
    """The bot answers, until a human takes over who also writes a note now and then."""
    if seq % 2:
        return "customer"
    if not has_case or seq == 2:
        return "bot"
    return "note" if seq % 10 == 0 else "agent"


def _distinct(dice: random.Random, number: int, *, longest: int) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < number:
        words["".join(dice.choices(SYLLABLES, k=dice.randint(1, longest)))] = None
    return list(words)


def _reference(case_id: int) -> str:
    """As distinct as the number it is made from, and as scattered as a random one."""
    scattered = case_id * 387_420_489 % 32**6
    return "NB-" + "".join(ALPHABET[scattered // 32**place % 32] for place in range(6))
