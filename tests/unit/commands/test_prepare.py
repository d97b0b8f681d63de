from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy.engine import Connection

from bot.commands.prepare import prepare
from bot.settings import read_settings
from bot.store.store import Store


def remove_all(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")


def test_of_processes_that_start_at_once_one_makes_the_first_login(database: str, tmp_path: Path) -> None:
    store = Store(database)
    store.run_now(remove_all)
    store.close()
    settings = read_settings({"RELAIS_STATE": str(tmp_path), "DATABASE_URL": database})
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(prepare, [settings] * 4))
    assert len([login for login in made if login]) == 1
