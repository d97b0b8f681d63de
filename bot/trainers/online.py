"""Asks the pages that answers link to whether they are there."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import aiohttp

from bot.trainers.checks.links import Link
from bot.trainers.remarks import Remark

_AT_ONCE = 8
_PATIENCE = aiohttp.ClientTimeout(total=15)
# What a server says that knows the page, but not this way of asking for it.
_REFUSALS_OF_HEAD = frozenset({403, 405, 501})


async def dead_links(links: Sequence[Link]) -> list[Remark]:
    """A remark for every link whose page does not answer or is not there; each is asked once."""
    addresses = {link.address for link in links}
    complaints = dict(zip(addresses, await _ask_all(addresses), strict=True))
    return [
        Remark(
            place=link.answer.place, words=f"{link.answer.name}: {link.address} {complaints[link.address]}"
        )
        for link in links
        if complaints[link.address]
    ]


async def _ask_all(addresses: Collection[str]) -> list[str]:
    gate = asyncio.Semaphore(_AT_ONCE)
    async with aiohttp.ClientSession(timeout=_PATIENCE) as session:

        async def ask(address: str) -> str:
            async with gate:
                return await _ask(session, address)

        return await asyncio.gather(*(ask(address) for address in addresses))


async def _ask(session: aiohttp.ClientSession, address: str) -> str:
    """What is wrong with a page, in words; empty where nothing is."""
    try:
        status = await _status(session, "HEAD", address)
        if status in _REFUSALS_OF_HEAD:
            status = await _status(session, "GET", address)
    except (aiohttp.ClientError, ValueError) as error:
        return f"cannot be reached: {str(error) or type(error).__name__}"
    except asyncio.TimeoutError:
        return f"did not answer within {_PATIENCE.total:.0f} s"
    return f"is answered with status {status}" if status >= 400 else ""


async def _status(session: aiohttp.ClientSession, method: str, address: str) -> int:
    async with session.request(method, address, allow_redirects=True) as response:
        return response.status
