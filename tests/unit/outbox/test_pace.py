from __future__ import annotations

from datetime import timedelta

from bot.channels.base import Pace
from bot.messages import Address, Surface
from bot.outbox.pace import NO_WAIT, Pacer
from tests.fakes.clock import FakeClock

PACE = Pace(per_second=10, per_chat_seconds=1, per_group_seconds=3)


def chat(name: str, surface: Surface = "private") -> Address:
    return Address(channel="fake", account="main", surface=surface, chat=name, person=name)


def test_one_chat_waits_while_another_may_go() -> None:
    pacer, clock = Pacer(PACE), FakeClock()
    assert pacer.wait(chat("ann"), clock()) == NO_WAIT
    clock.forward(seconds=0.1)
    assert pacer.wait(chat("ann"), clock()) == timedelta(seconds=0.9)
    assert pacer.wait(chat("bob"), clock()) == NO_WAIT


def test_a_group_is_written_to_more_slowly() -> None:
    pacer, clock = Pacer(PACE), FakeClock()
    pacer.wait(chat("square", "public"), clock())
    clock.forward(seconds=1)
    assert pacer.wait(chat("square", "public"), clock()) == timedelta(seconds=2)


def test_an_account_spaces_all_its_messages() -> None:
    pacer, clock = Pacer(PACE), FakeClock()
    pacer.wait(chat("ann"), clock())
    assert pacer.wait(chat("bob"), clock()) == timedelta(seconds=0.1)


def test_a_paused_account_sends_nothing_until_then() -> None:
    pacer, clock = Pacer(PACE), FakeClock()
    pacer.pause(clock() + timedelta(seconds=30))
    assert pacer.wait(chat("ann"), clock()) == timedelta(seconds=30)
    clock.forward(seconds=30)
    assert pacer.wait(chat("ann"), clock()) == NO_WAIT
