"""What an account of any of Meta's platforms needs, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from bot.brand import Account
from bot.channels.meta.graph import OFFICIAL, TIMEOUT_SECONDS, VERSION, Graph
from bot.channels.meta.refusals import COMMON, Table
from bot.errors import BrandError, SettingsError

# Options that every account of Meta's platforms takes.
COMMON_OPTIONS = ("app_id", "base_url", "version")
IDENTIFIER = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
VISIBLE = re.compile(r"[\x21-\x7e]+")


class Keys(Struct, frozen=True, kw_only=True):
    """An account's secrets: its access token, the app's secret, the token of the GET verification."""

    token: str
    app_secret: str
    verify: str

    def __repr__(self) -> str:
        return "Keys()"  # they stay out of tracebacks


def read_keys(account: Account, secrets: Mapping[str, str]) -> Keys:
    """Read the secrets; raise `SettingsError`, naming the account and the secret that is missing."""
    found = {name: secrets.get(name, "").strip() for name in ("token", "app_secret", "verify")}
    for name, value in found.items():
        if not VISIBLE.fullmatch(value):
            raise SettingsError(f"{who(account)}: the secret {name!r} is missing or has odd characters")
    return Keys(**found)


def check_names(account: Account, *names: str) -> None:
    """Raise `BrandError` for an option that there is not; `names` come beside the common ones."""
    known = (*names, *COMMON_OPTIONS)
    for name in account.options:
        if name not in known:
            raise BrandError(f"{who(account)}: no option {name!r}; there are {', '.join(known)}")


def identifier_of(account: Account, name: str) -> str:
    """An identifier of Meta's that must be there; raise `BrandError` where it is not."""
    value = account.options.get(name, "")
    if not IDENTIFIER.fullmatch(value):
        raise BrandError(f"{who(account)}: the option {name!r} is missing or no identifier of Meta")
    return value


def identifier_or_none(account: Account, name: str) -> str:
    """An identifier of Meta's that may be missing: empty then."""
    return identifier_of(account, name) if name in account.options else ""


def is_on(account: Account, name: str) -> bool:
    """Whether an option says yes."""
    value = account.options.get(name, "no")
    if value not in ("yes", "no"):
        raise BrandError(f"{who(account)}: the option {name!r} is yes or no, not {value!r}")
    return value == "yes"


def graph_of(
    account: Account,
    keys: Keys,
    *,
    base_url: str = OFFICIAL,
    timeout: float = TIMEOUT_SECONDS,
    table: Table = COMMON,
) -> Graph:
    """The line to the Graph API for an account; `base_url` where its options name no other."""
    return Graph(
        keys.token,
        base_url=account.options.get("base_url", base_url),
        version=account.options.get("version", VERSION),
        timeout=timeout,
        table=table,
    )


def who(account: Account) -> str:
    """The account, as messages name it."""
    return f"account {account.channel}/{account.id}"
