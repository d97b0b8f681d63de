"""What an account of X needs, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from bot.brand import Account
from bot.errors import BrandError, SettingsError

OFFICIAL = "https://api.x.com"
OAUTH1 = ("consumer_key", "consumer_secret", "token", "token_secret")
OAUTH2 = ("client_id", "refresh_token")
SECRETS = (*OAUTH1, *OAUTH2, "client_secret", "bearer")
KNOWN = ("user_id", "username", "search", "tokens", "base_url")
VISIBLE = re.compile(r"[\x21-\x7e]+")
NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
USERNAME = re.compile(r"[A-Za-z0-9_]{1,15}", re.ASCII)


class Options(Struct, frozen=True, kw_only=True):
    """An account's secrets and options.

    `tokens` is the file that keeps OAuth 2.0 tokens, None where the account has tokens of OAuth 1.0a,
    which do not change. `search` is empty where the account shall not search.
    """

    secrets: Mapping[str, str]
    own: str
    username: str
    search: str
    tokens: Path | None
    base_url: str

    def __repr__(self) -> str:
        return f"Options({self.own})"  # the secrets stay out of tracebacks

    @property
    def bearer(self) -> str:
        """The token of the app itself, empty where there is none."""
        return self.secrets.get("bearer", "")

    @property
    def webhook_secret(self) -> str:
        """What challenges are answered with: the newer secret where there is one, as X wants it."""
        return self.secrets.get("client_secret") or self.secrets["consumer_secret"]


def read_options(account: Account, secrets: Mapping[str, str]) -> Options:
    """Read them; raise `BrandError` or `SettingsError`, naming the account and no secret."""
    for name in account.options:
        if name not in KNOWN:
            raise BrandError(f"{_who(account)}: no option {name!r}; there are {', '.join(KNOWN)}")
    given = {name: value.strip() for name, value in secrets.items()}
    is_oauth2 = "refresh_token" in given
    _check_secrets(account, given, OAUTH2 if is_oauth2 else OAUTH1)
    return Options(
        secrets=given,
        own=_matching(account, "user_id", NUMBER, "the number that X gives the account"),
        username=_username(account),
        search=account.options.get("search", "").strip(),
        tokens=_tokens(account) if is_oauth2 else None,
        base_url=_base_url(account),
    )


def _check_secrets(account: Account, given: Mapping[str, str], needed: tuple[str, ...]) -> None:
    missing = [name for name in needed if name not in given]
    if missing:
        raise SettingsError(f"{_who(account)}: the secret {missing[0]!r} is missing")
    if "consumer_secret" not in given and "client_secret" not in given:
        raise SettingsError(f"{_who(account)}: 'client_secret' or 'consumer_secret' is needed for webhooks")
    for name, value in given.items():
        if name not in SECRETS:
            raise SettingsError(f"{_who(account)}: no secret {name!r}; there are {', '.join(SECRETS)}")
        if not VISIBLE.fullmatch(value):
            raise SettingsError(f"{_who(account)}: the secret {name!r} is empty or has odd characters")


def _username(account: Account) -> str:
    if not account.options.get("username", ""):
        return ""
    return _matching(account, "username", USERNAME, "a name of X").lower()


def _matching(account: Account, name: str, pattern: re.Pattern[str], what: str) -> str:
    value = account.options.get(name, "").lstrip("@")
    if not pattern.fullmatch(value):
        raise BrandError(f"{_who(account)}: the option {name!r} must be {what}")
    return value


def _tokens(account: Account) -> Path:
    file = account.options.get("tokens", "")
    if not file:
        raise BrandError(f"{_who(account)}: the option 'tokens' must name a file that keeps the tokens")
    return Path(file)


def _base_url(account: Account) -> str:
    value = account.options.get("base_url", OFFICIAL)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or "@" in parts.netloc:
        raise BrandError(f"{_who(account)}: base_url must be like {OFFICIAL}, not {value!r}")
    return value.rstrip("/")


def _who(account: Account) -> str:
    return f"account {account.channel}/{account.id}"
