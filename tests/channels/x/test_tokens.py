"""Tokens of OAuth 2.0 end, and change whenever they are renewed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.channels.x import X
from bot.errors import AccountStopped, DeliveryLater
from tests.channels.x.contract import account, oauth2, tokens_in
from tests.fakes.clock import FakeClock
from tests.fakes.x import FakeShop, FakeX
from tests.fakes.x.faults import Drop, Page

Build = Callable[[], X]


@pytest.fixture
def refresh_token(x: FakeX, shop: FakeShop) -> str:
    return x.keys.authorise(shop.id)


@pytest.fixture
async def build(x: FakeX, refresh_token: str, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Build]:
    """A process after another, or beside it, with one file of tokens."""
    channels = []

    def build_one() -> X:
        our = account(base_url=x.base_url, tokens=tokens_in(tmp_path))
        channels.append(X(our, oauth2(refresh_token), timeout=2, clock=clock))
        return channels[-1]

    yield build_one
    for channel in channels:
        await channel.close()


async def test_token_is_asked_for_once_and_used_until_it_ends(
    build: Build, x: FakeX, clock: FakeClock
) -> None:
    channel = build()
    await channel.check()
    await channel.check()
    assert x.keys.renewed == 1
    clock.forward(hours=2)
    await channel.check()
    assert x.keys.renewed == 2


async def test_restart_goes_on_with_what_was_kept(build: Build, x: FakeX, clock: FakeClock) -> None:
    await build().check()
    await build().check()
    assert x.keys.renewed == 1
    clock.forward(hours=3)
    assert await build().check() == "@shop"
    assert x.keys.renewed == 2


async def test_tokens_are_for_the_owners_eyes_only(build: Build, tmp_path: Path) -> None:
    await build().check()
    file = Path(tokens_in(tmp_path))
    assert file.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in file.parent.iterdir()} == {"x.json", "x.json.lock"}


async def test_several_processes_renew_once(build: Build, x: FakeX, clock: FakeClock) -> None:
    await asyncio.gather(*(build().check() for _ in range(3)))
    assert x.keys.renewed == 1
    clock.forward(hours=2)
    channels = [build(), build()]
    await asyncio.gather(*(channel.check() for channel in channels * 2))
    assert x.keys.renewed == 2


async def test_token_that_dies_early_is_renewed(build: Build, x: FakeX) -> None:
    channel = build()
    await channel.check()
    x.keys.expire()
    assert await channel.check() == "@shop"
    assert x.keys.renewed == 2


async def test_account_that_must_be_authorised_again_is_stopped(build: Build, x: FakeX) -> None:
    x.keys.refresh.clear()
    with pytest.raises(AccountStopped, match="authorised again"):
        await build().check()


async def test_new_authorisation_wins_over_what_was_kept(
    build: Build, x: FakeX, shop: FakeShop, clock: FakeClock, tmp_path: Path
) -> None:
    await build().check()
    x.keys.refresh.clear()
    x.keys.expire()
    our = account(base_url=x.base_url, tokens=tokens_in(tmp_path))
    channel = X(our, oauth2(x.keys.authorise(shop.id)), clock=clock)
    assert await channel.check() == "@shop"
    await channel.close()


@pytest.mark.parametrize("fault", [Drop(), Page(502), Page(503)])
async def test_x_that_is_away_is_asked_again(build: Build, x: FakeX, fault: Drop | Page) -> None:
    channel = build()
    x.faults.next("tokens", fault)
    with pytest.raises(DeliveryLater):
        await channel.check()
    assert await channel.check() == "@shop"


async def test_file_of_somebody_else_is_left_alone(build: Build, tmp_path: Path) -> None:
    file = Path(tokens_in(tmp_path))
    file.parent.mkdir()
    file.write_text(json.dumps({"name": "Ann"}))
    with pytest.raises(AccountStopped, match="holds no tokens"):
        await build().check()
    assert json.loads(file.read_text()) == {"name": "Ann"}


async def test_folder_that_cannot_be_written_stops_before_a_token_is_spent(
    build: Build, x: FakeX, tmp_path: Path
) -> None:
    Path(tokens_in(tmp_path)).parent.write_text("no folder")
    with pytest.raises(AccountStopped, match="cannot keep tokens"):
        await build().check()
    assert x.keys.renewed == 0
