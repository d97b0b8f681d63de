"""What an account of YouTube needs, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from bot.brand import Account
from bot.errors import BrandError, SettingsError

BASE_URL = "https://www.googleapis.com/youtube/v3"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, not a token
# What a project gets without asking for more: https://developers.google.com/youtube/v3/getting-started
DAILY_QUOTA, LEAST_QUOTA = 10_000, 200

KNOWN = ("channel_id", "client_id", "private_url", "daily_quota", "base_url", "token_url")
CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
VISIBLE = re.compile(r"[\x21-\x7e]{8,}")
TOKEN = "{token}"  # noqa: S105 - where one is put


class Options(Struct, frozen=True, kw_only=True):
    """An account's secrets and options."""

    client_id: str
    client_secret: str
    refresh_token: str
    channel_id: str
    private_url: str
    daily_quota: int
    base_url: str
    token_url: str

    def __repr__(self) -> str:
        return f"Options({self.channel_id})"  # the secrets stay out of tracebacks


def read_options(account: Account, secrets: Mapping[str, str]) -> Options:
    """Read them; raise `BrandError` or `SettingsError`, naming the account and no secret."""
    for name in account.options:
        if name not in KNOWN:
            raise BrandError(f"{_who(account)}: no option {name!r}; there are {', '.join(KNOWN)}")
    channel_id = account.options.get("channel_id", "")
    if not CHANNEL_ID.fullmatch(channel_id):
        raise BrandError(f"{_who(account)}: channel_id must be like UC and 22 characters, not {channel_id!r}")
    client_id = account.options.get("client_id", "")
    if not VISIBLE.fullmatch(client_id):
        raise BrandError(f"{_who(account)}: client_id must be that of the OAuth client")
    return Options(
        client_id=client_id,
        client_secret=_secret(account, secrets, "client_secret"),
        refresh_token=_secret(account, secrets, "refresh_token"),
        channel_id=channel_id,
        private_url=_private_url(account),
        daily_quota=_quota(account),
        base_url=_url(account, "base_url", BASE_URL),
        token_url=_url(account, "token_url", TOKEN_URL),
    )


def _secret(account: Account, secrets: Mapping[str, str], name: str) -> str:
    value = secrets.get(name, "").strip()
    if not VISIBLE.fullmatch(value):
        raise SettingsError(f"{_who(account)}: the secret {name!r} is missing or has odd characters")
    return value


def _private_url(account: Account) -> str:
    """Where customers write what must not be public: YouTube has no messages, so it must be said."""
    value = _url(account, "private_url", "")
    if re.search(r"[{}]", value.replace(TOKEN, "")):
        raise BrandError(f"{_who(account)}: private_url may hold {TOKEN} and no other braces")
    return value


def _quota(account: Account) -> int:
    value = account.options.get("daily_quota", str(DAILY_QUOTA))
    if not (value.isascii() and value.isdecimal() and len(value) < 10 and int(value) >= LEAST_QUOTA):
        raise BrandError(
            f"{_who(account)}: daily_quota is a number of units from {LEAST_QUOTA}, not {value!r}"
        )
    return int(value)


def _url(account: Account, name: str, default: str) -> str:
    value = account.options.get(name, default)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
        raise BrandError(f"{_who(account)}: {name} must be like https://www.example, not {value!r}")
    return value.rstrip("/")


def _who(account: Account) -> str:
    return f"account {account.channel}/{account.id}"
