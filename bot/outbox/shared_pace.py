"""The pace of accounts that several processes send for, kept in Redis."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from bot.channels.base import Pace
from bot.errors import RedisAway
from bot.messages import Address, Surface
from bot.outbox.pace import space_in
from bot.store.shared import AWAY, connect

# How long Redis may take, in seconds: a reply waits for it.
PATIENCE = 0.25
# What lies further ahead was written before Redis' clock was set back. In microseconds, as all here.
LONGEST = 3600 * 1_000_000

# By Redis' own clock, which is the same for all.
_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function free(key)
    local moment = tonumber(redis.call('GET', key) or 0)
    if moment > now + tonumber(ARGV[1]) then return 0 end
    return moment
end
local function keep(key, moment)
    if moment > now then
        redis.call('SET', key, string.format('%.0f', moment), 'PX', math.ceil((moment - now) / 1000))
    end
end
"""
# Takes the next place of an account and a chat, unless it comes later than `longest`, or the surface
# rests for longer; tells the wait.
_RESERVE = (
    _NOW
    + """
local longest, account_space, chat_space = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local moment = math.max(now, free(KEYS[1]), free(KEYS[2]), free(KEYS[3]))
if moment - now <= longest then
    keep(KEYS[1], moment + account_space)
    keep(KEYS[2], moment + chat_space)
end
return moment - now
"""
)
# Keeps one of them free from now on for a while, at least.
_REST = _NOW + "keep(KEYS[1], math.max(free(KEYS[1]), now + tonumber(ARGV[2])))"


class SharedPace:
    """Spaces out what all processes of an installation send. Raises `RedisAway` without Redis."""

    def __init__(self, url: str, namespace: str) -> None:
        self._client = connect(url, PATIENCE)
        self._namespace = namespace
        self._reserve = self._client.register_script(_RESERVE)
        self._rest = self._client.register_script(_REST)

    async def reserve(
        self, account: tuple[str, str], pace: Pace, address: Address, longest: timedelta
    ) -> timedelta:
        """As `Pacer.reserve`."""
        spaces = (timedelta(seconds=1 / pace.per_second), space_in(pace, address))
        wait = await _told(
            self._reserve(
                keys=[
                    self._key(account),
                    self._key(account, address.chat),
                    self._surface_key(account, address.surface),
                ],
                args=[LONGEST, *map(_microseconds, (longest, *spaces))],
            )
        )
        return timedelta(microseconds=int(wait))

    async def sent(self, account: tuple[str, str], pace: Pace, address: Address) -> None:
        """As `Pacer.sent`."""
        await self._keep_free(self._key(account, address.chat), space_in(pace, address))

    async def pause(self, account: tuple[str, str], rest: timedelta, surface: Surface | None = None) -> None:
        """As `Pacer.pause`, for so long from now on."""
        key = self._surface_key(account, surface) if surface else self._key(account)
        await self._keep_free(key, min(rest, timedelta(microseconds=LONGEST)))

    async def close(self) -> None:
        """Release the connections."""
        await self._client.aclose()

    async def _keep_free(self, key: str, rest: timedelta) -> None:
        await _told(self._rest(keys=[key], args=[LONGEST, _microseconds(rest)]))

    def _key(self, account: tuple[str, str], chat: str | None = None) -> str:
        # In braces what must lie on one server where Redis is a cluster.
        name = f"{self._namespace}:pace:{{{'/'.join(account)}}}"
        return name if chat is None else f"{name}:{chat}"

    def _surface_key(self, account: tuple[str, str], surface: Surface) -> str:
        # No chat's: those begin with a colon.
        return f"{self._key(account)}/{surface}"


async def _told(answer: Awaitable[Any]) -> Any:
    try:
        return await answer
    except AWAY as error:
        raise RedisAway(type(error).__name__) from error


def _microseconds(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1)
