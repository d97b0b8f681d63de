from __future__ import annotations

import os
import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from msgspec import structs

from bot.commands import MODULES, main
from bot.commands.prepare import prepare
from bot.commands.processes import endpoints, gateway, rasa, rasa_ports, wanted_ports, worker_ports
from bot.settings import Settings
from bot.store import agents
from bot.store.store import Store

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    prepare(settings)
    store = Store(settings.database_url)
    yield store
    store.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("name", MODULES)
def test_every_command_explains_itself(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert len(result.output) > 100


def test_commands_are_listed_with_a_line_each() -> None:
    listed = re.findall(r"^  ([a-z][\w-]*)  +\S", run("--help").output, re.MULTILINE)
    assert listed == list(MODULES)


def test_a_wrong_setting_is_said_in_plain_words(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELAIS_PORT", "http")
    result = run("doctor")
    assert result.exit_code == 1
    assert "RELAIS_PORT must be a port number" in result.output


def test_somebody_added_can_log_in(store: Store) -> None:
    result = run("user", "add", "ines", "--role", "supervisor")
    password = re.search(r"shown once\): (\S+)", result.output)
    assert password
    agent = store.run_now(agents.verify, "ines", password[1])
    assert agent is not None
    assert agent.role == "supervisor"


def test_a_login_that_is_taken_is_refused(store: Store) -> None:
    run("user", "add", "ines")
    result = run("user", "add", "ines")
    assert result.exit_code == 1
    assert "is taken" in result.output


def test_the_first_login_is_made_once(settings: Settings) -> None:
    first = prepare(settings)
    assert first is not None
    assert prepare(settings) is None


def test_up_says_which_port_is_taken_and_what_to_do(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", int(environment["RELAIS_RASA_PORT"]))):
        result = run("up")
    assert result.exit_code == 1
    assert f"Port {environment['RELAIS_RASA_PORT']} on 127.0.0.1, which Rasa needs" in result.output
    assert "RELAIS_RASA_PORT=" in result.output


def test_rasa_is_told_of_this_installations_ports(settings: Settings) -> None:
    told = yaml.safe_load(endpoints(settings, ROOT).read_text())
    assert told["action_endpoint"]["url"] == f"http://127.0.0.1:{settings.actions_port}/webhook"
    assert str(settings.state) in str(told["tracker_store"])


def test_rasas_memory_is_ready_for_several_servers(settings: Settings) -> None:
    memory = yaml.safe_load(endpoints(settings, ROOT).read_text())["tracker_store"]["db"]
    with closing(sqlite3.connect(memory)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_wanted_ports_are_chosen_by_the_variables_they_name(
    settings: Settings, environment: dict[str, str]
) -> None:
    one = structs.replace(settings, workers=1)
    assert {port.variable: str(port.number) for port in wanted_ports(one)} == {
        name: value for name, value in environment.items() if name.endswith("_PORT")
    }


def test_workers_and_rasa_servers_want_ports_in_a_row(settings: Settings) -> None:
    many = structs.replace(settings, workers=2, worker_port=9000, rasa_servers=3, rasa_port=9100)
    assert worker_ports(many) == [("worker-1", 9000), ("worker-2", 9001)]
    assert rasa_ports(many) == [("rasa-1", 9100), ("rasa-2", 9101), ("rasa-3", 9102)]
    numbers = [port.number for port in wanted_ports(many)]
    assert numbers[1:6] == [9000, 9001, 9100, 9101, 9102]


def test_a_gateway_leaves_the_work_to_workers_where_there_are_some(settings: Settings) -> None:
    assert gateway(settings).command[-1] == "gateway"
    assert gateway(structs.replace(settings, workers=1)).command[-1] == "--accept-only"


def test_rasa_servers_share_the_cores_that_the_gateway_leaves(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)

    def told(servers: int) -> object:
        several = structs.replace(settings, rasa_servers=servers)
        return rasa(several, Path("model"), Path("endpoints")).environment

    assert [told(servers) for servers in (1, 3, 9)] == [
        {"OMP_NUM_THREADS": "7"},
        {"OMP_NUM_THREADS": "2"},
        {"OMP_NUM_THREADS": "1"},
    ]
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert told(3) == {}


def test_talk_without_a_gateway_says_how_to_start_one(environment: dict[str, str]) -> None:
    result = run("talk")
    assert result.exit_code == 1
    assert "make run" in result.output
