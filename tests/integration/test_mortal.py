"""A message that ends every process that reads it, at once or because it holds the event loop for ever."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from bot.clock import now
from bot.conversation import aside
from bot.conversation.aside import ATTEMPTS
from bot.inbox import Inbox
from bot.store import set_aside
from bot.store.tables import conversations, messages
from tests.fakes.house import House
from tests.fakes.mortal import ENDED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

OTHERS = 60


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path, {})
    built.clock = now  # type: ignore[assignment]  # the real one, as in the processes
    built.inbox = Inbox(built.store, built.bell, now)
    yield built
    built.store.close()


@pytest.mark.parametrize(("text", "end"), [("a zebra", ENDED), ("a gnu", -signal.SIGALRM)])
async def test_a_message_that_ends_its_process_is_given_to_a_human_and_the_others_are_answered(
    house: House, text: str, end: int
) -> None:
    for number in range(OTHERS):
        await house.says("cabin bag?", person=f"ann{number}")
        if number == OTHERS // 2:
            eve = await house.says(text, person="eve")
    deaths = 0
    while not await house.store.read(all_handled):
        deaths += await lives(house) == end
    assert deaths == ATTEMPTS
    (row,) = house.store.run_now(set_aside.waiting)
    assert (row.conversation_id, row.error) == (eve, aside.NEVER_ENDED)
    assert house.case(eve).reason == "set_aside"
    assert house.store.run_now(answers) == OTHERS


async def lives(house: House) -> int:
    """Run a worker until it dies, or has nothing left to do; its exit code, or 0."""
    url = house.store.engine.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.fakes.mortal", url)
    ended = asyncio.ensure_future(process.wait())
    while not ended.done():
        await asyncio.wait({ended}, timeout=0.2)
        if not ended.done() and await house.store.read(all_handled):
            process.kill()
            await ended
            return 0
    return ended.result()


def all_handled(connection: Connection) -> bool:
    query = select(func.count()).where(messages.c.author == "customer", messages.c.handled_at.is_(None))
    return not connection.execute(query).scalar_one()


def answers(connection: Connection) -> int:
    """How many customers have exactly one answer."""
    query = (
        select(conversations.c.id)
        .join(messages, messages.c.conversation_id == conversations.c.id)
        .where(messages.c.purpose == "answer")
        .group_by(conversations.c.id)
        .having(func.count() == 1)
    )
    return len(connection.execute(query).all())
