from __future__ import annotations

import pytest

from bot.trainers.calibration import calibration_error, tenths


def test_guesses_are_gathered_by_tenths_of_confidence() -> None:
    low, high = tenths([(0.11, False), (0.19, True), (1.0, True)])
    assert (low.count, low.right) == (2, 0.5)
    assert low.confidence == pytest.approx(0.15)
    assert (high.count, high.confidence, high.right) == (1, 1.0, 1.0)


def test_right_as_often_as_it_says_is_no_error() -> None:
    assert calibration_error(tenths([(0.75, True)] * 3 + [(0.75, False)])) == pytest.approx(0)


def test_the_error_weighs_each_tenth_by_its_guesses() -> None:
    guesses = [(0.9, False)] * 1 + [(0.5, True), (0.5, False), (0.5, False)]
    assert calibration_error(tenths(guesses)) == pytest.approx((0.9 + 3 * (0.5 - 1 / 3)) / 4)


def test_nothing_guessed_is_no_error() -> None:
    assert calibration_error([]) == 0
