"""The reconciliation finds what it is there to find: each test spoils one thing in a sound run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from bot.assistant.scripted import understood
from bot.errors import DeliveryUnknown
from tests.fakes.house import House
from tests.faults import inside, ledger, outside
from tests.faults.ledger import Entry, Ledger
from tests.faults.outside import Seen
from tests.faults.talks import Heard, Talk, Words

HOUR = timedelta(hours=1)
SCRIPT = {
    "(m1)": understood("question_bag", "question", "This is to m1."),
    "(m2)": understood("complaint", "complaint", "This is to m2."),
    "(m4)": understood("question_bag", "question", "This is to m4."),
}


class Ann(Talk):
    """A customer of the fake channel."""

    channel = "fake"
    account = "main"

    def __init__(self, person: str, *said: int) -> None:
        super().__init__(Words(), Random(1))  # noqa: S311 - nothing to keep secret
        self.person = person
        self.said = list(said)

    @property
    def key(self) -> str:
        return f"private/{self.person}"

    async def say(self) -> None:
        """She has said it all."""


@pytest.fixture
async def house(tmp_path: Path) -> House:
    """Ann was answered, handed over, and wrote again; nobody knows what became of Bob's answer."""
    house = House(tmp_path, SCRIPT)
    for number in (1, 2, 3):
        await house.says(f"It is late (m{number})")
        await house.works()
        house.clock.forward(seconds=5)
    await house.says("It is late (m4)", number=4, person="bob")
    house.channel.failures.append(DeliveryUnknown("no answer"))
    await house.works()
    return house


@pytest.fixture
def sound(house: House) -> Iterator[Ledger]:
    yield house.store.run_now(ledger.load)
    house.store.close()


@pytest.fixture
def seen(house: House) -> Seen:
    heard = [Heard(f"out-{sent.id}", sent.text) for sent in house.channel.outbounds]
    talks: list[Talk] = [Ann("ann", 1, 2, 3), Ann("bob", 4)]
    return Seen(talks=talks, heard={("main", "ann"): heard}, echoes=True, answered=[])


def found(seen: Seen, book: Ledger) -> set[str]:
    """The names of the checks that find something."""
    findings = [finding for check in inside.CHECKS for finding in check(book)]
    findings += [finding for check in outside.CHECKS for finding in check(seen, book)]
    return {finding.check for finding in findings}


def test_a_sound_run_is_sound(seen: Seen, sound: Ledger) -> None:
    assert found(seen, sound) == set()


def lines(entry: Entry, at: int, **changes: object) -> None:
    entry.lines[at] = replace(entry.lines[at], **changes)


def case(book: Ledger, **changes: object) -> None:
    """Change the case of the first conversation."""
    changed = replace(book.cases[0], **changes)
    book.cases[0] = book.entries[0].case = changed


def no_case(book: Ledger) -> None:
    book.entries[1].case = None


def left_alone(book: Ledger) -> None:
    book.entries[0].case = None
    del book.entries[0].lines[1:]


def two_moments(book: Ledger) -> None:
    lines(book.entries[0], 1, purpose="acknowledge")
    lines(book.entries[0], 3, purpose="acknowledge")


SPOILT_INSIDE: dict[str, tuple[Callable[[Ledger], object], set[str]]] = {
    "a message is not handled": (lambda b: lines(b.entries[0], 0, handled_at=None), {"handled"}),
    "a message is not answered": (
        left_alone,
        {"answered", "numbered", "accepted", "answered_once", "sent_once"},
    ),
    "a number is missing": (lambda b: lines(b.entries[0], 4, seq=9), {"numbered"}),
    "a conversation is held": (lambda b: setattr(b.entries[0], "lease", "me"), {"at_rest"}),
    "a message waits to be sent": (lambda b: setattr(b, "outbox", 1), {"at_rest"}),
    "a job is held": (lambda b: b.leases.append("poll"), {"at_rest"}),
    "a reply waits": (lambda b: lines(b.entries[0], 1, delivery="queued"), {"visible", "sent_once"}),
    "nobody sees what is unknown": (no_case, {"visible"}),
    "a case is nobody's": (lambda b: case(b, status="claimed"), {"owned"}),
    "two moments": (two_moments, {"patient"}),
    "handled too early": (
        lambda b: lines(b.entries[0], 0, handled_at=b.entries[0].lines[0].created_at - HOUR),
        {"timed"},
    ),
    "acknowledged too early": (
        lambda b: case(b, acknowledged_at=b.cases[0].acknowledge_by - HOUR),
        {"timed"},
    ),
    "never acknowledged": (lambda b: case(b, acknowledged_at=None), {"timed"}),
    "promised for the past": (lambda b: case(b, answer_by=b.cases[0].opened_at), {"timed"}),
    "answered by nobody": (lambda b: case(b, answered_at=b.cases[0].opened_at), {"timed"}),
    "resolved and open": (lambda b: case(b, resolved_at=b.cases[0].opened_at), {"timed"}),
}


@pytest.mark.parametrize("what", SPOILT_INSIDE)
def test_what_is_wrong_in_the_database_is_found(seen: Seen, sound: Ledger, what: str) -> None:
    spoil, checks = SPOILT_INSIDE[what]
    spoil(sound)
    assert found(seen, sound) == checks


def chat(seen: Seen) -> list[Heard]:
    return list(seen.heard["main", "ann"])


SPOILT_OUTSIDE: dict[str, tuple[Callable[[Seen], object], set[str]]] = {
    "a message is lost": (lambda s: s.talks[0].said.append(9), {"accepted"}),
    "a message is invented": (lambda s: s.talks[0].said.remove(3), {"accepted"}),
    "a reply is missing": (lambda s: chat_is(s, chat(s)[:1]), {"sent_once", "in_order"}),
    "a reply is there twice": (
        lambda s: chat_is(s, [*chat(s), Heard("out-99", chat(s)[0].text)]),
        {"sent_once"},
    ),
    "replies are in another order": (lambda s: chat_is(s, chat(s)[::-1]), {"in_order"}),
    "answers are in another order": (lambda s: s.talks[0].said.reverse(), {"in_order"}),
    "an agent's text is lost": (lambda s: s.answered.append("I am on my way"), {"agents_heard"}),
}


def chat_is(seen: Seen, heard: list[Heard]) -> None:
    seen.heard = {("main", "ann"): heard}


@pytest.mark.parametrize("what", SPOILT_OUTSIDE)
def test_what_customers_saw_wrongly_is_found(seen: Seen, sound: Ledger, what: str) -> None:
    spoil, checks = SPOILT_OUTSIDE[what]
    spoil(seen)
    assert found(seen, sound) == checks


def test_an_answer_given_twice_is_found(seen: Seen, sound: Ledger) -> None:
    lines(sound.entries[0], 3, text="This is to m1.")
    assert "answered_once" in found(seen, sound)


def test_an_unknown_sending_may_have_arrived_once_and_not_twice(seen: Seen, sound: Ledger) -> None:
    arrived = Heard("out-77", "This is to m4.")
    assert found(replace(seen, heard={**seen.heard, ("main", "bob"): [arrived]}), sound) == set()
    twice = replace(seen, heard={**seen.heard, ("main", "bob"): [arrived, Heard("out-78", arrived.text)]})
    assert found(twice, sound) == {"sent_once"}
