"""What deploy/compose.yml promises, read from the file: nobody needs Docker for that."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from bot.commands import main
from tests.deploy.running import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
CADDYFILE = (DEPLOY / "Caddyfile").read_text()
# Variables of images that are not ours, and those that only the proxy's configuration reads.
FOREIGN = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "RELAIS_DOMAIN"}
ADDRESS = re.compile(r"//(?:[^/@]*@)?([\w-]+):\d+")

each_service = pytest.mark.parametrize("name", SERVICES)


@each_service
def test_a_service_is_watched_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert service["restart"] == "unless-stopped"
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@each_service
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    user, group = service["user"].split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert not service.keys() & {"privileged", "cap_add", "network_mode", "devices"}


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_what_has_no_password_of_its_own_is_on_closed_networks_only() -> None:
    closed = {name for name, network in COMPOSE["networks"].items() if network and network.get("internal")}
    for name in ("database", "redis", "rasa-1", "rasa-2"):
        assert set(SERVICES[name]["networks"]) <= closed, name
    assert not set(SERVICES["proxy"]["networks"]) & closed


@each_service
def test_secrets_are_files(name: str) -> None:
    service = SERVICES[name]
    for variable, value in (service.get("environment") or {}).items():
        assert not re.search(r"://[^/]*:[^/]*@", str(value)), variable
        if re.search(r"SECRET|PASSWORD|TOKEN|DATABASE_URL", variable):
            assert variable.endswith("_FILE"), variable
            assert value.removeprefix("/run/secrets/") in service["secrets"]
    assert set(service.get("secrets", ())) <= COMPOSE["secrets"].keys()
    assert set(COMPOSE["secrets"]) == {Path(found["file"]).name for found in COMPOSE["secrets"].values()}


@each_service
def test_every_variable_means_something(name: str) -> None:
    known = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)) | FOREIGN
    used = {variable.removesuffix("_FILE") for variable in SERVICES[name].get("environment") or {}}
    assert used <= known


def test_what_is_taken_from_the_environment_is_listed() -> None:
    listed = set(re.findall(r"^#([A-Z_]+)=", (DEPLOY / ".env.example").read_text(), re.MULTILINE))
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yml").read_text()))
    asked |= set(re.findall(r"\{\$([A-Z_]+)\}", CADDYFILE))
    passed_on = {
        v for s in SERVICES.values() for v, value in (s.get("environment") or {}).items() if not value
    }
    assert asked | passed_on == listed


@each_service
def test_a_service_finds_those_that_it_speaks_to(name: str) -> None:
    service = SERVICES[name]
    for variable, value in (service.get("environment") or {}).items():
        for host in ADDRESS.findall(str(value)):
            # The gateway is told of Rasa for `doctor`; it does not speak to it.
            if not (name.startswith("gateway") and host.startswith(("rasa", "actions"))):
                assert set(SERVICES[host]["networks"]) & set(service["networks"]), (variable, host)


def test_the_proxy_names_the_gateways() -> None:
    named = re.findall(r"([\w-]+):8080", CADDYFILE)
    assert named == [name for name in SERVICES if name.startswith("gateway")]
    assert all("front" in SERVICES[name]["networks"] for name in named)


def test_workers_name_every_rasa_server() -> None:
    named = ADDRESS.findall(SERVICES["worker"]["environment"]["RELAIS_RASA_URL"])
    assert named == [name for name in SERVICES if name.startswith("rasa")]


def test_rasa_has_the_same_surroundings_as_on_one_machine() -> None:
    here, there = (yaml.safe_load(f.read_text()) for f in (ROOT / "endpoints.yml", DEPLOY / "endpoints.yml"))
    assert here.keys() == there.keys()
    assert [here[key].get("type") for key in here] == [there[key].get("type") for key in there]
    (host,) = ADDRESS.findall(there["action_endpoint"]["url"])
    assert set(SERVICES[host]["networks"]) & set(SERVICES["rasa-1"]["networks"])
    kept = {volume.partition(":")[2] for volume in SERVICES["rasa-1"]["volumes"]}
    assert str(Path(there["tracker_store"]["db"]).parent) in kept


@pytest.mark.parametrize(
    "name", [name for name, service in SERVICES.items() if "python" in service.get("command", ())]
)
def test_commands_exist(name: str) -> None:
    _, _, module, command, *options = SERVICES[name]["command"]
    assert find_spec(module)
    if module == "bot":
        told = CliRunner().invoke(main, [command, "--help"])
        assert told.exit_code == 0
        assert all(option in told.output for option in options)


def test_everything_that_is_mounted_or_built_from_is_there_and_declared() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or source.startswith("./secrets/")
        if "build" in service:
            assert (DEPLOY / service["build"]["context"]).resolve() == ROOT
            assert (ROOT / service["build"]["dockerfile"]).is_file()


def test_secrets_are_made_once_and_nobody_else_enters_their_folder(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "prepare", tmp_path)
    subprocess.run([tmp_path / "prepare"], check=True, capture_output=True)
    secrets = tmp_path / "secrets"
    first = {name: (secrets / name).read_text() for name in COMPOSE["secrets"]}
    assert first["database_password"] in first["database_url"]
    assert all(len(value) >= 32 for value in first.values())
    (secrets / "accounts/TELEGRAM_NIMBEA_UK_TOKEN").write_text("made up")
    subprocess.run([tmp_path / "prepare"], check=True, capture_output=True)
    assert {name: (secrets / name).read_text() for name in first} == first
    listed = (secrets / "accounts.env").read_text()
    assert listed == "TELEGRAM_NIMBEA_UK_TOKEN_FILE=/run/accounts/TELEGRAM_NIMBEA_UK_TOKEN\n"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    # Users whom this machine does not know read them, within containers.
    assert all((secrets / name).stat().st_mode & stat.S_IROTH for name in first)
