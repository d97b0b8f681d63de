"""What an account of Instagram needs, checked."""

from __future__ import annotations

from msgspec import Struct

from bot.brand import Account
from bot.channels.meta.graph import OFFICIAL
from bot.channels.meta.options import check_names, identifier_of, identifier_or_none, is_on
from bot.channels.meta.private import INBOXES

# Where accounts without a Page are served, which log in with Instagram itself.
OWN_HOST = "https://graph.instagram.com"


class Options(Struct, frozen=True, kw_only=True):
    """An account's options; `node` is in whose name messages are sent, `host` where."""

    instagram: str
    node: str
    host: str
    username: str
    app: str
    inboxes: tuple[str, ...]
    human_agent: bool


def read_options(account: Account) -> Options:
    """Read them; raise `BrandError`, naming the account."""
    check_names(account, "instagram_id", "page_id", "username", "human_agent", "inbox_app_id")
    page, inbox = (identifier_or_none(account, name) for name in ("page_id", "inbox_app_id"))
    return Options(
        instagram=identifier_of(account, "instagram_id"),
        node=page or "me",
        host=OFFICIAL if page else OWN_HOST,
        username=account.options.get("username", "").lstrip("@"),
        app=identifier_or_none(account, "app_id"),
        inboxes=(inbox,) if inbox else INBOXES,
        human_agent=is_on(account, "human_agent"),
    )
