from __future__ import annotations

import math

from bench.harness.spread import described, median, percentile, share, steady_rate


def test_percentile_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(1, 101)]
    assert percentile(values, 0.99) == 99
    assert percentile(values, 1.0) == 100
    assert median([3.0, 1.0, 2.0]) == 2


def test_of_nothing_there_is_no_percentile() -> None:
    assert math.isnan(percentile([], 0.5))


def test_rate_leaves_out_a_slow_start_and_stragglers() -> None:
    steady = [100 + n / 10 for n in range(80)]
    slow = [float(n) for n in range(10)]
    late = [200.0 + n for n in range(10)]
    assert round(steady_rate([*slow, *steady, *late]), 6) == 10


def test_rate_of_too_few_is_unknown() -> None:
    assert math.isnan(steady_rate([1.0]))


def test_share_of_nothing_is_all_of_it() -> None:
    assert share(0, 0) == 100
    assert share(1, 4) == 25


def test_times_are_told_in_milliseconds() -> None:
    told = described([0.001, 0.003])
    assert (told["count"], told["mean"], told["most"]) == (2, 2.0, 3.0)
    assert described([]) == {"count": 0}
