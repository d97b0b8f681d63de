from __future__ import annotations

from bench.report import Measured, report

GOLD = ["Card Arrival", "PIN", "oos", "oos"]


def measured(name: str = "ours", milliseconds: float = 6.0) -> Measured:
    """Right on the cards, wrong on the PIN, unsure of both messages out of scope."""
    return Measured(
        name=name,
        best=["Card Arrival", "Card Arrival", "PIN", "oos"],
        confidence=[0.9, 0.6, 0.25, 0.55],
        unsure=[False, False, True, False],
        milliseconds=milliseconds,
        training_seconds=1.0,
        megabytes=500,
    )


def figures(text: str) -> dict[str, list[str]]:
    rows = [line.rsplit(maxsplit=1) for line in text.splitlines()]
    return {row[0].strip(): row[1:] for row in rows if len(row) == 2}


def test_without_a_label_for_out_of_scope_the_best_guess_counts() -> None:
    found = figures(report([measured()], GOLD, None))
    assert found["accuracy"] == ["0.5000"]
    assert found["ms a message (median)"] == ["6.00"]
    assert not any("scope" in name for name in found)


def test_with_one_what_is_unsure_is_out_of_scope() -> None:
    found = figures(report([measured()], GOLD, "oos"))
    assert found["accuracy"] == ["0.7500"]
    assert found["in scope: accuracy"] == ["0.5000"]
    assert found["out of scope: recall"] == ["1.0000"]
    assert found["out of scope: precision"] == ["1.0000"]


def test_other_thresholds_trade_what_is_in_scope_for_what_is_not() -> None:
    lines = report([measured()], GOLD, "oos").splitlines()
    assert lines[-7].split() == ["0.2", "0.5000", "0.5000"]
    assert lines[-6].split() == ["0.3", "0.5000", "1.0000"]


def test_times_are_compared() -> None:
    text = report([measured(), measured("baseline", 4.0)], GOLD, None)
    assert "ours takes 1.50 times as long as baseline" in text
