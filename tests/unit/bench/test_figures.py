from __future__ import annotations

from bench.harness.figures import Figure, Machine, Measured, Results
from bench.page import page, value_of
from bench.picture import length_of

MACHINE = Machine(
    processor="A chip", cores=2, memory_gb=8.0, system="Linux 6", python="3.10", edge_python="3.13", load=0.1
)
FAST = Figure(what="Turns", value=3.3, target=3.0, absolute="33 against 10 turns/s")
SLOW = Figure(what="Wait", value=2.5, target=2.0, at_least=False)
BESIDE = Figure(what="Beside it", value=7.0, unit="KB")


def results(*measured: Measured, quick: bool = False) -> Results:
    return Results(
        at="2026-11-22T10:00:00+00:00",
        commit="abc1234",
        model="0123.tar.gz",
        quick=quick,
        options={"rasa_servers": 2, "workers": 1, "seed": 7},
        machine=MACHINE,
        measured=measured,
    )


def test_a_figure_is_held_against_its_target_from_the_right_side() -> None:
    assert FAST.reached
    assert SLOW.reached is False
    assert BESIDE.reached is None


def test_just_enough_is_enough() -> None:
    assert Figure(what="", value=0.9, target=0.9).reached
    assert Figure(what="", value=5.0, target=5.0, at_least=False).reached


def test_margin_tells_how_many_times_better_than_asked() -> None:
    assert round(FAST.margin or 0, 2) == 1.1
    assert SLOW.margin == 0.8
    assert BESIDE.margin is None


def test_nothing_lost_is_as_good_as_it_gets() -> None:
    nothing = Figure(what="Lost", value=0.0, unit="", target=0.0, at_least=False)
    assert nothing.reached
    assert length_of(nothing) == 10


def test_bars_stay_within_the_picture() -> None:
    assert length_of(Figure(what="", value=1000.0, target=1.0)) == 10
    assert length_of(Figure(what="", value=0.0, target=1.0)) == 0.1


def test_what_was_not_measured_was_not_reached() -> None:
    assert results(Measured(name="turns", figures=(FAST, BESIDE))).reached
    assert not results(Measured(name="turns", figures=(FAST, SLOW))).reached
    assert not results(Measured(name="turns", figures=(FAST,)), Measured(name="burst", failed="?")).reached


def test_the_page_tells_figure_target_and_verdict() -> None:
    text = page(results(Measured(name="turns", figures=(FAST, SLOW, BESIDE))))
    assert "| Turns | 3.30 × | ≥ 3.00 × | yes | 33 against 10 turns/s |" in text
    assert "| Wait | 2.50 × | ≤ 2.00 × | **no** |  |" in text
    assert "| Beside it | 7 KB |  |  |  |" in text
    assert "A chip" in text
    assert "trial" not in text


def test_the_page_tells_what_failed_and_that_it_is_a_trial() -> None:
    text = page(results(Measured(name="burst", failed="the gateway\nended"), quick=True))
    assert "- burst: the gateway ended" in text
    assert "A trial" in text


def test_the_page_tells_how_busy_the_machine_was_with_other_things() -> None:
    details = {"product": {"spent": {"others": 0.5}}, "slices": [{"spent": {"others": 0.1}}]}
    text = page(results(Measured(name="turns", details=details)))
    assert "0.50 cores busy at most" in text
    assert "0.30 on average" in text


def test_values_are_as_exact_as_they_are_worth() -> None:
    assert value_of(Figure(what="", value=99.25, unit="%")) == "99.2 %"
    assert value_of(Figure(what="", value=100.0, unit="%")) == "100 %"
    assert value_of(Figure(what="", value=0.0, unit="")) == "0"
