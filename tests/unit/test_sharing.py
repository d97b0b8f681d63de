"""What processes share without Redis."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from bot.settings import read_settings
from bot.sharing import bell_for
from bot.store.bell import Bell
from bot.store.store import Store
from tests.servers import Postgres


@pytest.mark.timeout(30)
async def test_processes_that_share_a_file_hear_one_another(tmp_path: Path) -> None:
    settings = read_settings({"RELAIS_STATE": str(tmp_path)})
    with closing(Store(settings.database_url)) as store:
        here, there = await bell_for(settings, store), await bell_for(settings, store)
    running = [asyncio.ensure_future(bell.run()) for bell in (here, there)]
    with there.listen("topic") as ear:
        here.ring("topic")
        while not await ear.wait(0.05):
            here.ring("topic")
    for task in running:
        task.cancel()
    await asyncio.wait(running)


@pytest.mark.servers
async def test_processes_that_share_a_server_may_be_on_other_machines_and_look_for_news(
    tmp_path: Path, postgres: Postgres
) -> None:
    with postgres.fresh() as url, closing(Store(url)) as store:
        settings = read_settings({"RELAIS_STATE": str(tmp_path), "DATABASE_URL": url})
        assert type(await bell_for(settings, store)) is Bell
