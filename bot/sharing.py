"""What the processes of an installation share: bells, and through Redis the pace of their sendings.

Redis' client is imported only then: it takes some 10 MB, and who runs one process needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.settings import Settings
from bot.store.bell import Bell
from bot.store.local_bell import LocalBell
from bot.store.namespace import namespace
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.outbox.shared_pace import SharedPace


async def bell_for(settings: Settings, store: Store) -> Bell:
    """The bell of a process: heard in the others, if Redis is there or they are surely on this machine."""
    if settings.redis_url is None:
        is_file = store.engine.dialect.name == "sqlite"
        return LocalBell(await store.read(namespace)) if is_file else Bell()
    from bot.store.shared_bell import SharedBell

    return SharedBell(settings.redis_url, await store.read(namespace))


async def pace_for(settings: Settings, store: Store) -> SharedPace | None:
    """What processes share of the pace of their sendings; None where no Redis is configured."""
    if settings.redis_url is None:
        return None
    from bot.outbox.shared_pace import SharedPace

    return SharedPace(settings.redis_url, await store.read(namespace))
