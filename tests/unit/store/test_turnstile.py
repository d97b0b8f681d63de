from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import turnstile as module
from bot.store.turnstile import Turnstile


def never(_: float) -> None:
    raise AssertionError("nobody should wait")


def test_one_is_inside_at_a_time(tmp_path: Path) -> None:
    inside, most = 0, 0

    def go_in_often(_: int) -> None:
        nonlocal inside, most
        with closing(Turnstile(tmp_path / "db")) as turnstile:
            for _ in range(20):
                with turnstile.turn():
                    inside += 1
                    most = max(most, inside)
                    inside -= 1

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(go_in_often, range(4)))
    assert most == 1


def test_who_comes_out_lets_the_one_who_waits_in_first(tmp_path: Path) -> None:
    order: list[str] = []
    waits = threading.Event()

    def wait_in_line() -> None:
        with closing(Turnstile(tmp_path / "db", rest=lambda _: waits.set())) as patient, patient.turn():
            order.append("patient")

    with closing(Turnstile(tmp_path / "db")) as busy, ThreadPoolExecutor(1) as threads:
        with busy.turn():
            waiting = threads.submit(wait_in_line)
            waits.wait()
        with busy.turn():
            order.append("busy")
        waiting.result()
    assert order == ["patient", "busy"]


def test_who_was_stopped_inside_does_not_keep_others_out_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Turnstile(tmp_path / "db")) as stopped, closing(Turnstile(tmp_path / "db")) as other:
        with stopped.turn():
            monkeypatch.setattr(module, "PATIENCE", 0.01)
            with other.turn():
                pass
        with stopped.turn():
            pass


def test_who_died_inside_is_out(tmp_path: Path) -> None:
    with closing(Turnstile(tmp_path / "db", rest=never)) as other:
        died = Turnstile(tmp_path / "db")
        with died.turn():
            died.close()
            with other.turn():
                pass


def test_where_no_file_can_be_made_nobody_waits(tmp_path: Path) -> None:
    with closing(Turnstile(tmp_path / "nowhere" / "db", rest=never)) as turnstile, turnstile.turn():
        pass
