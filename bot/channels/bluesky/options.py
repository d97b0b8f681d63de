"""What an account of Bluesky needs, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from bot.brand import Account
from bot.errors import BrandError, SettingsError

KNOWN = ("handle", "did", "base_url", "chat_proxy", "search")
BASE_URL = "https://bsky.social"
CHAT_PROXY = "did:web:api.bsky.chat#bsky_chat"
HANDLE = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,100}")
PROXY = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]+#[A-Za-z0-9_-]+")
LONGEST_SECRET = 512


class Options(Struct, frozen=True, kw_only=True):
    """An account's secret and options; without `search` nothing is searched for."""

    password: str
    handle: str
    base_url: str
    chat_proxy: str
    search: str

    def __repr__(self) -> str:
        return f"Options({self.handle})"  # the password stays out of tracebacks


def read_options(account: Account, secrets: Mapping[str, str]) -> Options:
    """Read them; raise `BrandError` or `SettingsError`, naming the account and no secret."""
    for name in account.options:
        if name not in KNOWN:
            raise BrandError(f"{_who(account)}: no option {name!r}; there are {', '.join(KNOWN)}")
    password = secrets.get("password", "")
    if not 0 < len(password) <= LONGEST_SECRET or not password.isprintable():
        raise SettingsError(f"{_who(account)}: the app password is missing or has odd characters")
    did = account.options.get("did")
    if did is not None and not DID.fullmatch(did):
        raise BrandError(f"{_who(account)}: did must be like did:plc:..., not {did!r}")
    return Options(
        password=password,
        handle=_handle(account),
        base_url=_url(account),
        chat_proxy=_proxy(account),
        search=account.options.get("search", "").strip(),
    )


def _handle(account: Account) -> str:
    handle = account.options.get("handle", "").removeprefix("@").lower()
    if not HANDLE.fullmatch(handle):
        raise BrandError(f"{_who(account)}: handle must be like shop.bsky.social")
    return handle


def _url(account: Account) -> str:
    value = account.options.get("base_url", BASE_URL)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or "@" in parts.netloc:
        raise BrandError(f"{_who(account)}: base_url must be like {BASE_URL}, not {value!r}")
    return value.rstrip("/")


def _proxy(account: Account) -> str:
    value = account.options.get("chat_proxy", CHAT_PROXY)
    if not PROXY.fullmatch(value):
        raise BrandError(f"{_who(account)}: chat_proxy must be like {CHAT_PROXY}, not {value!r}")
    return value


def _who(account: Account) -> str:
    return f"account {account.channel}/{account.id}"
