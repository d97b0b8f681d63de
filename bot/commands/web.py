"""Small questions to our own servers."""

from __future__ import annotations

import asyncio

import aiohttp

from bot.settings import Settings

_PATIENCE = aiohttp.ClientTimeout(total=2)
_BETWEEN_QUESTIONS = 0.2


async def answers(url: str) -> bool:
    """Whether a server answers there with success now."""
    try:
        async with aiohttp.ClientSession(timeout=_PATIENCE) as session, session.get(url) as response:
            return response.ok
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return False


async def until_it_answers(url: str) -> None:
    """Wait as long as it takes."""
    while not await answers(url):  # noqa: ASYNC110 - another process cannot set our event
        await asyncio.sleep(_BETWEEN_QUESTIONS)


def gateway_url(settings: Settings) -> str:
    """Where this machine reaches its gateway, also when that listens on all addresses."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - read
    return f"http://{host}:{settings.port}"
