"""What an account of Telegram needs, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from bot.brand import Account
from bot.errors import BrandError, SettingsError

OFFICIAL = "https://api.telegram.org/bot"
KNOWN = ("mode", "username", "public_url", "base_url")
MODES = ("webhook", "polling")
TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]+")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Options(Struct, frozen=True, kw_only=True):
    """An account's secrets and options.

    `webhook_url` is where Telegram is told to post updates to, None where it is not told.
    `secret` is empty where the account polls and has none.
    """

    token: str
    secret: str
    polls: bool
    username: str
    base_url: str
    webhook_url: str | None

    def __repr__(self) -> str:
        return f"Options(bot_id={self.bot_id})"  # the secrets stay out of tracebacks

    @property
    def bot_id(self) -> int:
        """The bot's number as a user of Telegram, which its token begins with."""
        return int(self.token.partition(":")[0])


def read_options(account: Account, secrets: Mapping[str, str]) -> Options:
    """Read them; raise `BrandError` or `SettingsError`, naming the account and no secret."""
    for name in account.options:
        if name not in KNOWN:
            raise BrandError(f"{_who(account)}: no option {name!r}; there are {', '.join(KNOWN)}")
    polls = _mode(account) == "polling"
    public_url = account.options.get("public_url", "").rstrip("/")
    return Options(
        token=_token(account, secrets),
        secret=_secret(account, secrets, needed=not polls),
        polls=polls,
        username=account.options.get("username", "").lstrip("@"),
        base_url=account.options.get("base_url", OFFICIAL),
        webhook_url=public_url + account.path if public_url and not polls else None,
    )


def _mode(account: Account) -> str:
    mode = account.options.get("mode", "webhook")
    if mode not in MODES:
        raise BrandError(f"{_who(account)}: mode is webhook or polling, not {mode!r}")
    return mode


def _token(account: Account, secrets: Mapping[str, str]) -> str:
    token = secrets.get("token", "")
    if not TOKEN.fullmatch(token):
        raise SettingsError(f"{_who(account)}: the token is missing or not of the form 123456:ABC-def")
    return token


def _secret(account: Account, secrets: Mapping[str, str], *, needed: bool) -> str:
    secret = secrets.get("webhook", "")
    if (needed or secret) and not SECRET.fullmatch(secret):
        raise SettingsError(
            f"{_who(account)}: the webhook secret is missing or not 1 to 256 of A-Z a-z 0-9 _ -"
        )
    return secret


def _who(account: Account) -> str:
    return f"account {account.channel}/{account.id}"
