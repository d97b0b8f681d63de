"""What brand.yml says of a web chat beyond what every account has."""

from __future__ import annotations

import re

from msgspec import Struct

from bot.brand import Account
from bot.errors import BrandError

DEFAULT_COLOUR = "#0b5cad"
KNOWN = ("origins", "colour")

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# Scheme, host and port as browsers write an origin: no path, no wildcard but for a whole label.
_ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")


class Options(Struct, frozen=True, kw_only=True):
    """The sites that may embed the chat, and the brand's colour as `#rrggbb`."""

    origins: tuple[str, ...]
    colour: str


def read_options(account: Account) -> Options:
    """Read an account's options.

    `origins`: origins of pages that may embed the chat, separated by spaces, such as
    `https://www.nimbea.example` or `https://*.nimbea.example`. `colour`: `#rrggbb`.
    Raises `BrandError` naming what is wrong.
    """
    for name in account.options:
        if name not in KNOWN:
            raise _wrong(account, name, f"there is no such option; there are {', '.join(KNOWN)}")
    origins = tuple(account.options.get("origins", "").split())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise _wrong(account, "origins", f"{origin!r} is not like https://www.example.org")
    colour = account.options.get("colour", DEFAULT_COLOUR)
    if not _COLOUR.fullmatch(colour):
        raise _wrong(account, "colour", f"{colour!r} is not like {DEFAULT_COLOUR}")
    return Options(origins=origins, colour=colour.lower())


def _wrong(account: Account, name: str, problem: str) -> BrandError:
    return BrandError(f"account {account.channel}/{account.id}, option {name}: {problem}")
