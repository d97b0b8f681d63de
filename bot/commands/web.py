"""Small questions to our own servers."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import aiohttp

from bot.errors import RelaisError
from bot.settings import Settings
from bot.supervisor import Program, Supervisor

_PATIENCE = aiohttp.ClientTimeout(total=2)
_BETWEEN_QUESTIONS = 0.2
_DEATHS = 3


async def answers(url: str) -> bool:
    """Whether a server answers there with success now."""
    status = await _status(url)
    return status is not None and status < HTTPStatus.BAD_REQUEST


async def is_unknown(url: str) -> bool:
    """Whether a server answers that it knows no such place; False where it does not answer."""
    return await _status(url) == HTTPStatus.NOT_FOUND


async def _status(url: str) -> int | None:
    try:
        async with aiohttp.ClientSession(timeout=_PATIENCE) as session, session.get(url) as response:
            return response.status
    except (aiohttp.ClientError, asyncio.TimeoutError):
        return None


class StartFailed(RelaisError):
    """A process cannot be started."""


async def until_it_answers(url: str, program: Program, supervisor: Supervisor) -> None:
    """Wait as long as it takes a program that is kept running to answer there.

    Raises `StartFailed` where it keeps dying instead.
    """
    while not await answers(url):
        if supervisor.deaths(program.name) >= _DEATHS:
            raise StartFailed(f"{program.name} cannot be started: its own words above say why.")
        await asyncio.sleep(_BETWEEN_QUESTIONS)


def gateway_url(settings: Settings) -> str:
    """Where this machine reaches its gateway, also when that listens on all addresses."""
    return _url(settings.host, settings.port)


def worker_url(settings: Settings, port: int) -> str:
    """Where this machine reaches a worker."""
    return _url(settings.worker_host, port)


def _url(host: str, port: int) -> str:
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - read
    return f"http://{here}:{port}"
