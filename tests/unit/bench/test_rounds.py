from __future__ import annotations

from functools import partial

import pytest

from bench.harness import rounds


async def test_what_is_compared_takes_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_BREATH", 0)
    taken = []

    async def take(name: str) -> None:
        taken.append(name)

    await rounds.alternately(3, partial(take, "ours"), partial(take, "theirs"))
    assert taken == ["ours", "theirs"] * 3
