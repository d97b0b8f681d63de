"""How fast one visitor may write."""

from __future__ import annotations

from bot.chat import limits
from bot.chat.limits import Buckets


class Seconds:
    """A steady clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_burst_passes_and_the_next_one_waits() -> None:
    buckets = Buckets(Seconds(), burst=3, per_second=0.5)
    assert [buckets.take("ann") for _ in range(4)] == [0, 0, 0, 2.0]


def test_others_are_not_slowed() -> None:
    buckets = Buckets(Seconds(), burst=1)
    buckets.take("ann")
    assert buckets.take("ann") > 0
    assert buckets.take("bob") == 0


def test_tokens_come_back_with_time_up_to_the_burst() -> None:
    seconds = Seconds()
    buckets = Buckets(seconds, burst=2, per_second=1)
    for _ in range(3):
        buckets.take("ann")
    seconds.now = 1.0
    assert [buckets.take("ann") for _ in range(2)] == [0, 1.0]
    seconds.now = 100.0
    assert [buckets.take("ann") > 0 for _ in range(3)] == [False, False, True]


def test_visitors_of_long_ago_take_no_memory() -> None:
    seconds = Seconds()
    buckets = Buckets(seconds, burst=2, per_second=1)
    for number in range(limits.KEPT + 1):
        seconds.now = float(number)
        buckets.take(str(number))
    assert len(buckets) <= 2
