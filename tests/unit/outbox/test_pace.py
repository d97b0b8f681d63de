from __future__ import annotations

from datetime import timedelta

from bot.channels.base import Pace
from bot.messages import Address, Surface
from bot.outbox.pace import Pacer
from tests.fakes.clock import FakeClock

NONE, SECOND = timedelta(0), timedelta(seconds=1)
PACE = Pace(per_second=10, per_chat_seconds=1, per_group_seconds=3)


def chat(name: str, surface: Surface = "private") -> Address:
    return Address(channel="fake", account="main", surface=surface, chat=name, person=name)


def test_one_chat_waits_while_another_may_go() -> None:
    pacer, clock = Pacer(PACE), FakeClock()
    assert pacer.reserve(chat("ann"), clock(), SECOND) == NONE
    clock.forward(seconds=0.1)
    assert pacer.reserve(chat("bob"), clock(), SECOND) == NONE
    assert pacer.reserve(chat("ann"), clock(), SECOND) == timedelta(seconds=0.9)


def test_a_group_is_written_to_more_slowly() -> None:
    pacer, clock = Pacer(PACE), FakeClock()
    pacer.reserve(chat("square", "public"), clock(), SECOND)
    clock.forward(seconds=1)
    assert pacer.reserve(chat("square", "public"), clock(), SECOND) == 2 * SECOND


def test_those_who_wait_stand_in_line() -> None:
    pacer, clock = Pacer(PACE), FakeClock()
    waits = [pacer.reserve(chat(name), clock(), SECOND) for name in ("ann", "bob", "eve")]
    assert waits == [NONE, SECOND / 10, SECOND / 5]


def test_a_long_wait_takes_no_place() -> None:
    pacer, clock = Pacer(PACE), FakeClock()
    pacer.reserve(chat("square", "public"), clock(), SECOND)
    for _ in range(2):
        assert pacer.reserve(chat("square", "public"), clock(), SECOND) == 3 * SECOND


def test_a_paused_account_sends_nothing_until_then() -> None:
    pacer, clock = Pacer(PACE), FakeClock()
    pacer.pause(clock() + 30 * SECOND)
    assert pacer.reserve(chat("ann"), clock(), SECOND) == 30 * SECOND
    clock.forward(seconds=30)
    assert pacer.reserve(chat("ann"), clock(), SECOND) == NONE


def test_a_clock_that_is_set_back_holds_nobody_up() -> None:
    pacer, clock = Pacer(PACE), FakeClock()
    pacer.reserve(chat("ann"), clock(), SECOND)
    clock.time -= timedelta(hours=1)
    assert pacer.reserve(chat("ann"), clock(), SECOND) == NONE
    assert pacer.reserve(chat("ann"), clock(), SECOND) == SECOND
