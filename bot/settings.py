"""The settings of a process, read once from the environment."""

from __future__ import annotations

import secrets as random
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from bot.brand import Account
from bot.errors import SettingsError


class Settings(Struct, frozen=True, kw_only=True):
    """Where a process listens, whom it talks to and where it keeps things.

    `secret` signs cookies; `secure_cookies` is for gateways behind TLS.
    """

    host: str
    port: int
    rasa_port: int
    actions_port: int
    rasa_url: str
    actions_url: str
    database_url: str
    brand_file: Path
    guard_folder: Path
    state: Path
    secret: str
    secure_cookies: bool
    public_url: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings; raise `SettingsError` naming the variable that is wrong."""
    state = Path(environment.get("RELAIS_STATE", "var"))
    host = environment.get("RELAIS_HOST", "127.0.0.1")
    port = _port(environment, "RELAIS_PORT", 8080)
    rasa_port = _port(environment, "RELAIS_RASA_PORT", 5005)
    actions_port = _port(environment, "RELAIS_ACTIONS_PORT", 5055)
    public_url = environment.get("RELAIS_PUBLIC_URL", f"http://{host}:{port}")
    return Settings(
        host=host,
        port=port,
        rasa_port=rasa_port,
        actions_port=actions_port,
        rasa_url=environment.get("RELAIS_RASA_URL", f"http://127.0.0.1:{rasa_port}"),
        actions_url=environment.get("RELAIS_ACTIONS_URL", f"http://127.0.0.1:{actions_port}"),
        database_url=environment.get("DATABASE_URL", f"sqlite:///{state / 'relais.db'}"),
        brand_file=Path(environment.get("RELAIS_BRAND", "brand.yml")),
        guard_folder=Path(environment.get("RELAIS_GUARD", "data/guard")),
        state=state,
        secret=read_secret(environment, "RELAIS_SECRET") or _kept_secret(state / "secret"),
        secure_cookies=public_url.startswith("https://"),
        public_url=public_url.rstrip("/"),
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


def account_secrets(account: Account, environment: Mapping[str, str]) -> dict[str, str] | None:
    """The secrets of an account, or None where one of them is not set: the account stays off."""
    values = {key: read_secret(environment, name) for key, name in account.secrets.items()}
    found = {key: value for key, value in values.items() if value is not None}
    return found if len(found) == len(values) else None


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    value = environment.get(name, str(default))
    if not value.isdigit() or not 0 <= int(value) < 65536:
        raise SettingsError(f"{name} must be a port number between 0 and 65535, not {value!r}")
    return int(value)


def _kept_secret(file: Path) -> str:
    """A secret of this installation, made at the first start and readable by its owner only."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(random.token_urlsafe(32), encoding="utf8")
    return file.read_text(encoding="utf8").strip()
