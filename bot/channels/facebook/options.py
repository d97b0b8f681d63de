"""What an account of Facebook needs, checked."""

from __future__ import annotations

from msgspec import Struct

from bot.brand import Account
from bot.channels.meta.options import check_names, identifier_of, identifier_or_none, is_on
from bot.channels.meta.private import INBOXES


class Options(Struct, frozen=True, kw_only=True):
    """An account's options; `page` is the Page's number, `link` the name by which m.me knows it."""

    page: str
    link: str
    app: str
    inboxes: tuple[str, ...]
    human_agent: bool
    subscribe: bool


def read_options(account: Account) -> Options:
    """Read them; raise `BrandError`, naming the account."""
    check_names(account, "page_id", "username", "human_agent", "inbox_app_id", "subscribe")
    page, inbox = identifier_of(account, "page_id"), identifier_or_none(account, "inbox_app_id")
    return Options(
        page=page,
        link=identifier_or_none(account, "username") or page,
        app=identifier_or_none(account, "app_id"),
        inboxes=(inbox,) if inbox else INBOXES,
        human_agent=is_on(account, "human_agent"),
        subscribe=is_on(account, "subscribe"),
    )
