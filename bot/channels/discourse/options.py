"""What an account of a forum needs, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from bot.brand import Account
from bot.errors import BrandError, SettingsError

EXAMPLE = "https://forum.example"
KNOWN = ("base_url", "username", "categories", "colleagues", "search")
VISIBLE = re.compile(r"[\x21-\x7e]{8,}")
# A webhook's secret has 12 characters at least (app/models/web_hook.rb of Discourse).
SIGNING = re.compile(r"[\x21-\x7e]{12,}")
USERNAME = re.compile(r"\w(?:[\w.-]{0,58}\w)?")
CATEGORY = re.compile(r"[0-9]{1,9}", re.ASCII)
# What makes a search look into private messages.
PRIVATE = re.compile(r"\bin:(?:messages|personal|all)", re.IGNORECASE)


class Options(Struct, frozen=True, kw_only=True):
    """An account's secrets and options.

    `username` is the account's own, in lower case; `categories` are the numbers of those in which
    every post is for us; `colleagues` are names of people or groups, in lower case.
    """

    token: str
    webhook_secret: str
    base_url: str
    username: str
    categories: frozenset[int]
    colleagues: frozenset[str]
    search: str

    def __repr__(self) -> str:
        return f"Options({self.username}, {self.base_url})"  # the secrets stay out of tracebacks


def read_options(account: Account, secrets: Mapping[str, str]) -> Options:
    """Read them; raise `BrandError` or `SettingsError`, naming the account and no secret."""
    for name in account.options:
        if name not in KNOWN:
            raise BrandError(f"{_who(account)}: no option {name!r}; there are {', '.join(KNOWN)}")
    return Options(
        token=_secret(account, secrets, "token", VISIBLE),
        webhook_secret=_secret(account, secrets, "webhook", SIGNING),
        base_url=_url(account),
        username=_username(account),
        categories=frozenset(map(int, _list(account, "categories", CATEGORY))),
        colleagues=frozenset(_list(account, "colleagues", USERNAME)),
        search=_search(account),
    )


def _secret(account: Account, secrets: Mapping[str, str], name: str, form: re.Pattern[str]) -> str:
    value = secrets.get(name, "")
    if not form.fullmatch(value):
        raise SettingsError(f"{_who(account)}: the secret {name!r} is missing, or none of Discourse")
    return value


def _url(account: Account) -> str:
    value = account.options.get("base_url", "")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise BrandError(f"{_who(account)}: base_url must be like {EXAMPLE}, not {value!r}")
    return value.rstrip("/")


def _username(account: Account) -> str:
    value = account.options.get("username", "").removeprefix("@").lower()
    if not USERNAME.fullmatch(value):
        raise BrandError(f"{_who(account)}: the option 'username' must be the account's name on the forum")
    return value


def _list(account: Account, option: str, form: re.Pattern[str]) -> list[str]:
    """What stands between commas, in lower case."""
    found = [each.strip().removeprefix("@").lower() for each in account.options.get(option, "").split(",")]
    given = [each for each in found if each]
    for each in given:
        if not form.fullmatch(each):
            raise BrandError(f"{_who(account)}: there is nothing called {each!r} that {option} could name")
    return given


def _search(account: Account) -> str:
    value = account.options.get("search", "").strip()
    if PRIVATE.search(value):
        raise BrandError(f"{_who(account)}: the option 'search' must not look into private messages")
    return value


def _who(account: Account) -> str:
    return f"account {account.channel}/{account.id}"
