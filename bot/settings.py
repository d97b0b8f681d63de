"""The settings of a process, read once from the environment."""

from __future__ import annotations

import os
import secrets as random
import sys
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from shutil import which
from typing import TypeVar

from msgspec import Struct

from bot.brand import Account
from bot.errors import SettingsError
from bot.logs import LEVELS, STYLES, Level, Style

# More processes of one kind, or calls at once, than a machine has any use for.
MOST = 100

L = TypeVar("L", bound=str)


class Settings(Struct, frozen=True, kw_only=True):
    """Where a process listens, whom it talks to and where it keeps things.

    `secret` signs cookies; `secure_cookies` is for gateways behind TLS. `workers` and
    `rasa_servers` are how many `up` starts, and `edge_python` is the Python of its gateway and workers;
    `rasa_at_once` is how many turns one process has under way at one Rasa server. With `reuse_port`
    several gateways may listen on one port. Of callers from `proxies` we believe whom they say they
    call for.
    """

    host: str
    port: int
    reuse_port: bool
    proxies: tuple[IPv4Network | IPv6Network, ...]
    edge_python: str
    workers: int
    worker_host: str
    worker_port: int
    rasa_servers: int
    rasa_port: int
    rasa_urls: tuple[str, ...]
    rasa_at_once: int
    actions_port: int
    actions_url: str
    database_url: str
    redis_url: str | None
    brand_file: Path
    guard_folder: Path
    state: Path
    secret: str
    secure_cookies: bool
    public_url: str
    log_style: Style
    log_level: Level


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; raise `SettingsError` naming the variable that is wrong."""
    state = Path(environment.get("RELAIS_STATE", "var"))
    host = environment.get("RELAIS_HOST", "127.0.0.1")
    port = _port(environment, "RELAIS_PORT", 8080)
    workers = _number(environment, "RELAIS_WORKERS", 0, least=0)
    rasa_servers = _number(environment, "RELAIS_RASA_SERVERS", 1, least=1)
    rasa_port = _port(environment, "RELAIS_RASA_PORT", 5005, number=rasa_servers)
    rasa_urls = ",".join(f"http://127.0.0.1:{each}" for each in in_a_row(rasa_port, rasa_servers))
    actions_port = _port(environment, "RELAIS_ACTIONS_PORT", 5055)
    public_url = environment.get("RELAIS_PUBLIC_URL", f"http://{host}:{port}")
    return Settings(
        host=host,
        port=port,
        reuse_port=_is_on(environment, "RELAIS_REUSE_PORT"),
        proxies=_networks(environment, "RELAIS_PROXIES"),
        edge_python=_program(environment, "RELAIS_EDGE_PYTHON", sys.executable),
        workers=workers,
        worker_host=environment.get("RELAIS_WORKER_HOST", "127.0.0.1"),
        worker_port=_port(environment, "RELAIS_WORKER_PORT", 8081, number=max(workers, 1)),
        rasa_servers=rasa_servers,
        rasa_port=rasa_port,
        rasa_urls=_urls(environment, "RELAIS_RASA_URL", rasa_urls),
        rasa_at_once=_number(environment, "RELAIS_RASA_AT_ONCE", 4, least=1),
        actions_port=actions_port,
        actions_url=environment.get("RELAIS_ACTIONS_URL", f"http://127.0.0.1:{actions_port}"),
        # It may hold a password.
        database_url=read_secret(environment, "DATABASE_URL") or f"sqlite:///{state / 'relais.db'}",
        redis_url=_redis_url(environment),
        brand_file=Path(environment.get("RELAIS_BRAND", "brand.yml")),
        guard_folder=Path(environment.get("RELAIS_GUARD", "data/guard")),
        state=state,
        secret=read_secret(environment, "RELAIS_SECRET") or _kept_secret(state / "secret"),
        secure_cookies=public_url.startswith("https://"),
        public_url=public_url.rstrip("/"),
        log_style=_one_of(environment, "RELAIS_LOG", STYLES),
        log_level=_one_of(environment, "RELAIS_LOG_LEVEL", LEVELS),
    )


def read_secret(environment: Mapping[str, str], name: str) -> str | None:
    """A secret from `NAME` or from the file that `NAME_FILE` names; None where neither is set.

    Raises `SettingsError` where the file cannot be read or both are set.
    """
    value, file = environment.get(name), environment.get(f"{name}_FILE")
    if value and file:
        raise SettingsError(f"{name} and {name}_FILE are both set: keep one")
    if not file:
        return value or None
    try:
        return Path(file).read_text(encoding="utf8").strip()
    except OSError as error:
        raise SettingsError(f"{name}_FILE: cannot read the file: {error.strerror}") from error


def _redis_url(environment: Mapping[str, str]) -> str | None:
    url = read_secret(environment, "REDIS_URL")
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("REDIS_URL must begin with redis://, rediss:// or unix://")
    return url


def account_secrets(account: Account, environment: Mapping[str, str]) -> dict[str, str] | None:
    """The secrets of an account, or None where one of them is not set: the account stays off."""
    values = {key: read_secret(environment, name) for key, name in account.secrets.items()}
    found = {key: value for key, value in values.items() if value is not None}
    return found if len(found) == len(values) else None


def in_a_row(first: int, number: int) -> list[int]:
    """So many ports from the first on; 0 stands for any free port, each time."""
    return [first + n if first else 0 for n in range(number)]


def _port(environment: Mapping[str, str], name: str, default: int, *, number: int = 1) -> int:
    """A port with room for `number` of them in a row."""
    value, most = environment.get(name, str(default)), 65536 - number
    if not value.isdecimal() or not 0 <= int(value) <= most:
        raise SettingsError(f"{name} must be a port number between 0 and {most}, not {value!r}")
    return int(value)


def _number(environment: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    value = environment.get(name, str(default))
    if not value.isdecimal() or not least <= int(value) <= MOST:
        raise SettingsError(f"{name} must be a number from {least} to {MOST}, not {value!r}")
    return int(value)


def _program(environment: Mapping[str, str], name: str, default: str) -> str:
    value = environment.get(name, default)
    if which(value) is None:
        raise SettingsError(
            f"{name} must be a program, as `make edge` makes var/edge/bin/python, not {value!r}"
        )
    return value


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "0")
    if value not in ("0", "1"):
        raise SettingsError(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def _one_of(environment: Mapping[str, str], name: str, values: tuple[L, ...]) -> L:
    """One of these words; the first where none is set."""
    value = environment.get(name, values[0])
    for each in values:
        if each == value:
            return each
    raise SettingsError(f"{name} must be one of {', '.join(values)}, not {value!r}")


def _urls(environment: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    value = environment.get(name, default)
    urls = tuple(url.strip().rstrip("/") for url in value.split(","))
    if not all(url.startswith(("http://", "https://")) for url in urls):
        raise SettingsError(f"{name} must be addresses as http://127.0.0.1:5005, with commas between")
    return tuple(dict.fromkeys(urls))


def _networks(environment: Mapping[str, str], name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    value = environment.get(name, "")
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise SettingsError(f"{name} must be addresses or networks as 10.0.0.0/24: {error}") from error


def _kept_secret(file: Path) -> str:
    """A secret of this installation, made at the first start and readable by its owner only.

    Of several processes that start at once the first one's holds for all.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        own = file.with_name(f"{file.name}-{os.getpid()}")
        own.touch(mode=0o600)
        own.write_text(random.token_urlsafe(32), encoding="utf8")
        with suppress(FileExistsError):
            file.hardlink_to(own)
        own.unlink()
    return file.read_text(encoding="utf8").strip()
