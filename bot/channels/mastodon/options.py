"""What an account of Mastodon needs, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from bot.brand import Account
from bot.errors import BrandError, SettingsError

KNOWN = ("base_url", "streaming_url", "search")
HASHTAG = re.compile(r"#\w+")
TOKEN = re.compile(r"[\x21-\x7e]{8,}")


class Options(Struct, frozen=True, kw_only=True):
    """An account's secret and options.

    `streaming_url` is None where the instance is asked for it. `search` are words, or a hashtag with
    its `#`; empty where nothing is searched for.
    """

    token: str
    base_url: str
    streaming_url: str | None
    search: str

    def __repr__(self) -> str:
        return f"Options({self.base_url})"  # the token stays out of tracebacks

    @property
    def host(self) -> str:
        """The instance, as people name it behind the name of an account."""
        return urlsplit(self.base_url).netloc


def read_options(account: Account, secrets: Mapping[str, str]) -> Options:
    """Read them; raise `BrandError` or `SettingsError`, naming the account and no secret."""
    for name in account.options:
        if name not in KNOWN:
            raise BrandError(f"{_who(account)}: no option {name!r}; there are {', '.join(KNOWN)}")
    token = secrets.get("token", "")
    if not TOKEN.fullmatch(token):
        raise SettingsError(f"{_who(account)}: the token is missing or has characters that no token has")
    base_url = _url(account, "base_url")
    if base_url is None:
        raise BrandError(f"{_who(account)}: base_url must name the instance")
    streaming_url = _url(account, "streaming_url")
    return Options(token=token, base_url=base_url, streaming_url=streaming_url, search=_search(account))


def _search(account: Account) -> str:
    wanted = account.options.get("search", "").strip()
    if wanted.startswith("#") and not HASHTAG.fullmatch(wanted):
        raise BrandError(f"{_who(account)}: search must be words or one hashtag, not {wanted!r}")
    return wanted


def _url(account: Account, name: str) -> str | None:
    value = account.options.get(name)
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or "@" in parts.netloc:
        raise BrandError(f"{_who(account)}: {name} must be like https://mastodon.example, not {value!r}")
    return value.rstrip("/")


def _who(account: Account) -> str:
    return f"account {account.channel}/{account.id}"
