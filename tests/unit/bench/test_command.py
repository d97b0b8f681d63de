"""The command line of the benchmark, with measures that take no time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

import bench.__main__ as main
from bench.harness.figures import Figure, Measured, Results
from bench.harness.processes import BenchFailed
from bench.harness.workshop import Workshop

# matplotlib, and what it reads fonts with, warn of themselves.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")

GOOD = Figure(what="Turns", value=3.3, target=3.0)
BAD = Figure(what="Wait", value=9.0, target=2.0, at_least=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place to write to; what is read of the repository is there."""
    for name in ("brand.yml", "tests/nlu"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).symlink_to(Path.cwd() / name)
    (tmp_path / "model.tar.gz").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def measures(monkeypatch: pytest.MonkeyPatch, **figures: Figure | None) -> None:
    """One measure for each name; None fails."""

    def of(name: str, figure: Figure | None) -> Callable[[Workshop], Awaitable[Measured]]:
        async def measure(_: Workshop) -> Measured:
            if figure is None:
                raise BenchFailed("no luck")
            return Measured(name=name, figures=(figure,))

        return measure

    monkeypatch.setattr(main, "MEASURES", {name: of(name, figure) for name, figure in figures.items()})


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main.command, ["--model", "model.tar.gz", *arguments])


def written(file: Path) -> Results:
    return msgspec.json.decode(file.read_bytes(), type=Results)


def test_a_whole_run_is_kept_with_the_sources(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measures(monkeypatch, turns=GOOD)
    assert run().exit_code == 0
    assert "| Turns | 3.30 × |" in (folder / "docs/performance.md").read_text()
    assert "<svg" in (folder / "docs/images/performance.svg").read_text()
    assert written(folder / "bench/results/latest.json").measured[0].figures == (GOOD,)


def test_the_picture_of_the_same_figures_is_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measures(monkeypatch, turns=GOOD)
    run()
    first = (folder / "docs/images/performance.svg").read_bytes()
    run()
    assert (folder / "docs/images/performance.svg").read_bytes() == first


def test_a_part_or_a_trial_leaves_the_kept_figures_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measures(monkeypatch, turns=GOOD, burst=GOOD)
    assert run("--only", "burst").exit_code == 0
    assert run("--quick").exit_code == 0
    assert not (folder / "docs").exists()
    assert (folder / "var/bench/performance.md").exists()


def test_only_what_is_wanted_is_measured(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measures(monkeypatch, turns=GOOD, burst=BAD, accept=GOOD)
    assert run("--only", "turns, accept").exit_code == 0
    assert [it.name for it in written(folder / "var/bench/latest.json").measured] == ["turns", "accept"]


def test_what_is_not_reached_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measures(monkeypatch, turns=GOOD, burst=BAD)
    assert run().exit_code == 1


def test_a_measure_that_fails_keeps_none_of_the_others_from_being_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measures(monkeypatch, turns=None, burst=GOOD)
    assert run().exit_code == 1
    failed, taken = written(folder / "bench/results/latest.json").measured
    assert failed.failed == "no luck"
    assert taken.figures == (GOOD,)


def test_a_measure_that_is_stuck_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stuck(_: Workshop) -> Measured:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(main, "MEASURES", {"turns": stuck})
    monkeypatch.setattr(main, "_LONGEST", 0.01)
    assert run().exit_code == 1
    assert "took longer" in written(folder / "bench/results/latest.json").measured[0].failed


def test_an_unknown_measure_is_refused(folder: Path) -> None:
    result = run("--only", "speed")
    assert result.exit_code == 2
    assert "there is no speed" in result.output
