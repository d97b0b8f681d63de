"""Who calls, where a proxy of ours stands between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

Network = IPv4Network | IPv6Network


def known_behind(proxies: Sequence[Network]) -> Middleware:
    """A middleware: `request.remote` is the caller's address, as a trusted proxy tells it."""

    @web.middleware
    async def tell(request: web.Request, handler: Handler) -> web.StreamResponse:
        caller = caller_of(request.remote, request.headers.getall("X-Forwarded-For", ()), proxies)
        if caller and caller != request.remote:
            request = request.clone(remote=caller)
        return await handler(request)

    return tell


def caller_of(remote: str | None, forwarded: Iterable[str], proxies: Sequence[Network]) -> str | None:
    """The address that the last of our proxies saw.

    Each proxy adds to `forwarded` (the values of X-Forwarded-For) whom it was called by. What
    stands there beyond our own proxies is anybody's word, and is not believed.
    """
    caller = remote
    for earlier in reversed([part.strip() for value in forwarded for part in value.split(",")]):
        if not (caller and _is_within(caller, proxies) and _is_address(earlier)):
            break
        caller = earlier
    return caller


def _is_within(address: str, networks: Sequence[Network]) -> bool:
    return any(ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
