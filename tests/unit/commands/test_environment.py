from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.brand.loading import load_brand
from bot.commands.environment import read_env_file
from bot.errors import SettingsError
from bot.settings import account_secrets, read_settings

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / ".env.example"


class Asked(dict[str, str]):
    """An environment that remembers which variables were asked for."""

    def __init__(self, **values: str) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def get(self, name: str, default: object = None) -> object:  # type: ignore[override]
        """Overrides `dict.get`, whose overloads cannot be spelt out in one signature."""
        self.names.add(name)
        return super().get(name, default)


def asked_for(tmp_path: Path) -> set[str]:
    environment = Asked(RELAIS_STATE=str(tmp_path))
    read_settings(environment)
    for account in load_brand(ROOT / "brand.yml").accounts:
        account_secrets(account, environment)
    return environment.names | asked_for_by_actions()


def asked_for_by_actions() -> set[str]:
    """The action server reads the environment itself, as it shares no code with `bot`."""
    code = "".join(file.read_text() for file in ROOT.glob("actions/**/*.py"))
    return set(re.findall(r'"(RELAIS_[A-Z_]+)"', code))


def test_example_lists_every_variable_that_is_read(tmp_path: Path) -> None:
    example = EXAMPLE.read_text()
    missing = {
        name
        for name in asked_for(tmp_path)
        if f"#{name}=" not in example and f"#{name.removesuffix('_FILE')}=" not in example
    }
    assert missing == set()


def test_example_lists_nothing_that_is_not_read(tmp_path: Path) -> None:
    listed = set(re.findall(r"^#([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE))
    assert listed - asked_for(tmp_path) == set()


def test_example_as_it_stands_sets_nothing() -> None:
    assert read_env_file(EXAMPLE) == {}


def test_lines_of_an_env_file_become_variables(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# ports\nRELAIS_PORT=8081\n\n A = 'b c' \nEMPTY=\nX=a=b\n")
    expected = {"RELAIS_PORT": "8081", "A": "b c", "EMPTY": "", "X": "a=b"}
    assert read_env_file(tmp_path / ".env") == expected


def test_no_env_file_is_fine(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env") == {}


@pytest.mark.parametrize("line", ["RELAIS_PORT", "export A=b", "=x"])
def test_a_line_that_is_no_variable_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"A=b\n{line}\n")
    with pytest.raises(SettingsError, match="line 2"):
        read_env_file(tmp_path / ".env")


def test_rasa_servers_are_found_where_up_starts_them(tmp_path: Path) -> None:
    settings = read_settings({"RELAIS_STATE": str(tmp_path), "RELAIS_RASA_SERVERS": "2"})
    assert settings.rasa_urls == ("http://127.0.0.1:5005", "http://127.0.0.1:5006")


def test_rasa_servers_elsewhere_are_named_with_commas_between(tmp_path: Path) -> None:
    settings = read_settings({"RELAIS_STATE": str(tmp_path), "RELAIS_RASA_URL": "http://a:1/, http://b:2"})
    assert settings.rasa_urls == ("http://a:1", "http://b:2")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RELAIS_WORKERS", "-1"),
        ("RELAIS_WORKERS", "many"),
        ("RELAIS_RASA_SERVERS", "0"),
        ("RELAIS_RASA_AT_ONCE", "0"),
        ("RELAIS_RASA_URL", "localhost:5005"),
        ("RELAIS_RASA_URL", "http://a:1,"),
        ("REDIS_URL", "localhost:6379"),
        ("RELAIS_REUSE_PORT", "yes"),
        ("RELAIS_WORKER_PORT", "65536"),
        ("RELAIS_PROXIES", "10.0.0.1/24"),
        ("RELAIS_PROXIES", "proxy"),
        ("RELAIS_EDGE_PYTHON", "var/nowhere/bin/python"),
        ("RELAIS_LOG", "xml"),
        ("RELAIS_LOG_LEVEL", "loud"),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({"RELAIS_STATE": str(tmp_path), name: value})


def test_proxies_are_addresses_or_networks(tmp_path: Path) -> None:
    settings = read_settings({"RELAIS_STATE": str(tmp_path), "RELAIS_PROXIES": "10.0.0.0/24, 192.0.2.1"})
    assert [str(network) for network in settings.proxies] == ["10.0.0.0/24", "192.0.2.1/32"]


def test_a_database_with_a_password_is_named_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://relais:secret@database/relais\n")
    environment = {"RELAIS_STATE": str(tmp_path), "DATABASE_URL_FILE": str(tmp_path / "url")}
    assert read_settings(environment).database_url == "postgresql://relais:secret@database/relais"


def test_ports_in_a_row_end_with_the_last_one(tmp_path: Path) -> None:
    environment = {"RELAIS_STATE": str(tmp_path), "RELAIS_WORKER_PORT": "65535"}
    assert read_settings(environment).worker_port == 65535
    with pytest.raises(SettingsError, match="RELAIS_WORKER_PORT"):
        read_settings({**environment, "RELAIS_WORKERS": "2"})


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first, second = (read_settings({"RELAIS_STATE": str(tmp_path)}).secret for _ in range(2))
    assert first == second
    assert len(first) > 30
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0
