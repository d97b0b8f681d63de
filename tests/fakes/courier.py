from __future__ import annotations

from collections.abc import Sequence

from bot.store.outbox import Claim, Parcel


class NoCourier:
    """Sends nothing: what is said waits in the outbox."""

    def claim(self) -> Claim | None:
        return None

    async def take(self, parcels: Sequence[Parcel], claim: Claim) -> None:
        raise AssertionError("nothing was claimed")

    async def give_back(self, claim: Claim) -> None:
        raise AssertionError("nothing was claimed")
