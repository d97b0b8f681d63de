"""The spine of the product, without its web server: inbox, turns and outbox on one store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from bot.assistant.scripted import Scripted
from bot.brand import Account, Brand, Etiquette
from bot.conversation.answering import Answering
from bot.conversation.rating import Rates
from bot.conversation.triage import Triage
from bot.conversation.turns import turns
from bot.inbox import Inbox
from bot.messages import Surface, Understanding
from bot.outbox import Delivery
from bot.store import cases, conversations, record, transcript
from bot.store.accounts import Accounts
from bot.store.bell import Bell
from bot.store.outbox import Claim
from bot.store.rows import Case, Conversation, Line, Recorded
from bot.store.store import Store
from tests import servers
from tests.fakes.channel import FakeChannel, event
from tests.fakes.clock import FakeClock
from tests.fakes.example import BRAND, GUARD


class House:
    """A customer writes with `says`; `works` lets the product do all that is due."""

    def __init__(
        self,
        folder: Path,
        script: Mapping[str, Understanding],
        database: str = "",
        channel: FakeChannel | None = None,
    ) -> None:
        example = BRAND
        fake = Account(channel="fake", id="main", market="uk")
        accounts = (*example.accounts, fake)
        self.brand = msgspec.structs.replace(example, accounts=accounts, etiquette=unlabelled(example))
        self.store = Store(database or servers.sqlite(folder))
        self.clock = FakeClock()
        self.bell = Bell()
        self.channel = channel or FakeChannel()
        self.assistant = Scripted(script)
        self.inbox = Inbox(self.store, self.bell, self.clock)
        self.stopwatch: Callable[[], float] = lambda: 0.0
        self._numbers = count(1)
        self.restart()

    def restart(self) -> None:
        """New workers on the same store, as after a crash: nothing is left in memory."""
        channels = {("fake", "main"): self.channel}
        self.delivery = delivery = LazyDelivery(
            store=self.store,
            bell=self.bell,
            channels=channels,
            brand=self.brand,
            accounts=Accounts(self.store, self.bell, self.clock),
            clock=self.clock,
            stopwatch=lambda: self.stopwatch(),
            rest=self._rest,
        )
        answering = Answering(
            store=self.store,
            bell=self.bell,
            assistant=self.assistant,
            channels=channels,
            brand=self.brand,
            guard=GUARD,
            clock=self.clock,
            courier=delivery,
        )
        self.triage = Triage(
            store=self.store,
            bell=self.bell,
            brand=self.brand,
            guard=GUARD,
            clock=self.clock,
            courier=delivery,
        )
        self.rates = Rates(
            store=self.store,
            bell=self.bell,
            assistant=self.assistant,
            brand=self.brand,
            guard=GUARD,
            clock=self.clock,
        )
        self.turns = turns(self.store, self.bell, answering, self.triage, self.clock)
        self.outbox = delivery.worker

    def behaves(self, surface: Surface, **manners: Any) -> None:
        """Other manners on a surface, from the next restart on."""
        etiquette = self.brand.etiquette
        changed = msgspec.structs.replace(etiquette.default[surface], **manners)
        etiquette = msgspec.structs.replace(etiquette, default={**etiquette.default, surface: changed})
        self.brand = msgspec.structs.replace(self.brand, etiquette=etiquette)

    async def _rest(self, seconds: float) -> None:
        self.clock.forward(seconds=seconds)

    async def says(self, text: str = "", **more: Any) -> int:
        """A customer writes; returns the conversation."""
        number = more.pop("number", None) or next(self._numbers)
        at = more.pop("at", self.clock())
        accepted = await self.inbox.accept([event(text, number=number, at=at, **more)])
        return accepted.conversations[0] if accepted.conversations else 0

    async def answers(self) -> None:
        """Take all turns that are due; what is said waits to be sent."""
        self.delivery.is_busy = True
        await self.turns.drain()
        self.delivery.is_busy = False

    async def works(self) -> None:
        """Take all turns and make all deliveries that are due."""
        await self.turns.drain()
        await self.outbox.drain()

    def conversation(self, conversation_id: int = 1) -> Conversation:
        """A conversation as it stands."""
        return self.store.run_now(conversations.load, conversation_id)

    def case(self, conversation_id: int = 1) -> Case:
        """The current case of a conversation."""
        case_id = self.conversation(conversation_id).case_id
        assert case_id is not None
        return self.store.run_now(cases.load, case_id)

    def lines(self, conversation_id: int = 1) -> list[Line]:
        """The messages of a conversation."""
        return self.store.run_now(transcript.after, conversation_id, 0)

    def record(self, conversation_id: int = 1) -> list[Recorded]:
        """What was recorded of a conversation."""
        return self.store.run_now(record.of_case, 0, [conversation_id])


class LazyDelivery(Delivery):
    """Sends nothing at once while it `is_busy`."""

    is_busy = False

    def claim(self) -> Claim | None:
        return None if self.is_busy else super().claim()


def unlabelled(brand: Brand) -> Etiquette:
    """A brand's manners without labels, which most tests of what is said do not ask about."""
    default = {
        surface: msgspec.structs.replace(manners, label={})
        for surface, manners in brand.etiquette.default.items()
    }
    return msgspec.structs.replace(brand.etiquette, default=default)
