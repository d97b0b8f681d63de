"""One turn: from what a customer wrote to replies, a handover, or silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from bot.assistant.port import Assistant
from bot.brand import Brand
from bot.channels.base import Channel
from bot.clock import Clock
from bot.conversation import aside, compose, handover, rules, transactions
from bot.conversation.aside import Mishap
from bot.conversation.compose import UNREAD, Scene
from bot.conversation.rules import Decision
from bot.conversation.transactions import Opening, Outcome
from bot.errors import AssistantError
from bot.guard import Finding, Guard
from bot.messages import Turn, Understanding
from bot.store import bell, conversations, links
from bot.store.bell import Bell
from bot.store.faults import is_away
from bot.store.rows import Case, Conversation
from bot.store.store import Store
from bot.unexpected import place, trail

log = logging.getLogger(__name__)

# The wait for an answer ends before the promise does, so that there is time to send.
SHARE_OF_PROMISE = 0.7
SHORTEST_WAIT = timedelta(seconds=0.3)
RETRY = timedelta(seconds=1)

Channels = Mapping[tuple[str, str], Channel]


class Answering:
    """Brings turns to their outcome."""

    def __init__(
        self,
        *,
        store: Store,
        bell: Bell,
        assistant: Assistant,
        channels: Channels,
        brand: Brand,
        guard: Guard,
        clock: Clock,
    ) -> None:
        self._store = store
        self._bell = bell
        self._assistant = assistant
        self._channels = channels
        self._brand = brand
        self._guard = guard
        self._clock = clock
        self._suspect = asyncio.Lock()

    async def take(self, conversation_id: int, lease: str) -> None:
        """Take the turn of a conversation that was claimed under `lease`, whatever becomes of it.

        Raises only what the database does while it is away.
        """
        try:
            await self._take_carefully(conversation_id, lease)
        except Exception as error:
            if is_away(error):
                raise
            log.error("stumbled over a turn: %s", trail(error), extra={"conversation": conversation_id})
            await self._failed(conversation_id, lease, place(error))

    async def _take_carefully(self, conversation_id: int, lease: str) -> None:
        """One at a time of those that may end the process: others must not be suspected with it."""
        opening = await self._store.read(transactions.open_turn, conversation_id, lease)
        attempts = opening.conversation.attempts
        if attempts > aside.ATTEMPTS:
            await self._failed(conversation_id, lease, aside.NEVER_ENDED)
        elif attempts < aside.SUSPECT:
            await self._take(opening)
        elif self._suspect.locked():
            await self._give_back(opening, self._clock() + aside.NOT_NOW)
        else:
            async with self._suspect:
                await self._take(opening)

    async def _failed(self, conversation_id: int, lease: str, error: str) -> None:
        mishap = Mishap(
            conversation_id=conversation_id,
            lease=lease,
            error=error,
            brand=self._brand,
            guard=self._guard,
            now=self._clock(),
        )
        await self._store.run(aside.failed, mishap)

    async def _take(self, opening: Opening) -> None:
        if not opening.lines:
            await self._store.run(transactions.leave, opening, self._clock())
        elif opening.case and opening.case.status != "handed_back":
            await self._pass_on(opening, opening.case)
        else:
            await self._answer(opening)

    async def _pass_on(self, opening: Opening, case: Case) -> None:
        """Leave it to the humans: the bot only says so when a case is joined or reopened."""
        scene = self._scene(opening)
        answer_by = handover.answer_by_again(case.rank, self._brand, scene.now)
        await self._store.run(
            transactions.pass_on,
            opening,
            answer_by=answer_by,
            urgent_by=handover.answer_by_again(0, self._brand, scene.now),
            alarm=self._crisis(opening, scene),
            notice="" if scene.silenced else compose.notice(scene, case, answer_by),
            now=scene.now,
        )

    async def _answer(self, opening: Opening) -> None:
        scene, words = self._scene(opening), self._brand.words
        if rules.is_word(opening.text, words.stop):
            await self._finish(opening, compose.stopped(scene, on=True))
        elif scene.silenced and rules.is_word(opening.lines[-1].readable, words.resume):
            await self._finish(opening, compose.stopped(scene, on=False))
        elif opening.text:
            await self._ask(opening, scene)
        else:
            kinds = frozenset(a.kind for line in opening.lines for a in line.attachments)
            await self._carry_out(rules.decide_on_content(kinds, self._brand), UNREAD, scene)

    async def _ask(self, opening: Opening, scene: Scene) -> None:
        findings = self._guard.inspect(opening.text, scene.language)
        try:
            understanding = await self._understanding(opening, scene)
        except AssistantError as error:
            if alarm := self._guard.sure(findings):
                decision = rules.raise_alarm(alarm, UNREAD.reading, self._brand)
                await self._carry_out(decision, UNREAD, compose.alarmed(scene, alarm, self._guard))
                return
            # Said once, not at every attempt until the assistant is back.
            level = logging.DEBUG if opening.conversation.last_purpose == "acknowledge" else logging.WARNING
            log.log(level, "no answer: %s", error, extra={"conversation": opening.conversation.id})
            await self._without_assistant(opening, scene)
            return
        alarm = self._guard.combine(findings, understanding.reading.registers)
        scene = self._scene(opening, understanding.reading.language)
        scene = compose.alarmed(scene, alarm, self._guard)
        decision = rules.decide(understanding, scene.situation, self._brand, alarm)
        await self._carry_out(decision, understanding, scene)

    def _crisis(self, opening: Opening, scene: Scene) -> Finding | None:
        """A crisis that shows without the assistant, in what is written to humans."""
        alarm = self._guard.sure(self._guard.inspect(opening.text, scene.language))
        return alarm if alarm and alarm.severity == "crisis" else None

    async def _understanding(self, opening: Opening, scene: Scene) -> Understanding:
        """Ask; if the answer takes longer than the promise allows, acknowledge meanwhile."""
        turn = Turn(
            conversation=str(opening.conversation.id),
            text=opening.text,
            language=scene.language,
            surface=opening.conversation.surface,
        )
        asked = asyncio.ensure_future(self._assistant.read(turn))
        done, _ = await asyncio.wait({asked}, timeout=self._wait_for_first(opening))
        if not done:
            await self._acknowledge(opening, scene)
            await self._show_typing(opening.conversation)
        return await asked

    def _wait_for_first(self, opening: Opening) -> float:
        promise = self._brand.promises.acknowledge_within * SHARE_OF_PROMISE
        left = promise - (self._moment(opening) - opening.since)
        return max(left, SHORTEST_WAIT).total_seconds()

    async def _acknowledge(self, opening: Opening, scene: Scene) -> None:
        if text := compose.acknowledgement(scene):
            await self._store.run(transactions.acknowledge, opening, text, self._moment(opening))
            self._bell.ring(bell.OUTBOX, bell.conversation(opening.conversation.id))

    async def _without_assistant(self, opening: Opening, scene: Scene) -> None:
        """Acknowledge at once and try again; beyond the promise a human takes over."""
        now = self._clock()
        if now - opening.since >= self._brand.promises.assistant_within:
            decision = rules.give_up("assistant_unavailable", self._brand)
            await self._carry_out(decision, UNREAD, scene)
            return
        await self._acknowledge(opening, scene)
        await self._give_back(opening, now + RETRY)

    async def _carry_out(self, decision: Decision, understanding: Understanding, scene: Scene) -> None:
        if decision.kind == "hand_over":
            link = await self._private_link(scene.opening.conversation)
            scene = msgspec.structs.replace(scene, link=link)
        await self._finish(scene.opening, compose.outcome(decision, understanding, scene))

    async def _private_link(self, conversation: Conversation) -> str | None:
        channel = self._channel(conversation)
        if channel is None or conversation.surface == "private":
            return None
        token = await self._store.run(links.create, conversation.id, self._clock())
        return channel.private_link(token)

    async def _finish(self, opening: Opening, outcome: Outcome) -> None:
        if not await self._store.run(transactions.finish, opening, outcome, self._moment(opening)):
            # A human came in meanwhile: what the bot would have said is dropped, and the next
            # turn leaves the messages to him.
            await self._give_back(opening, self._clock())

    async def _give_back(self, opening: Opening, due_at: datetime) -> None:
        await self._store.run(conversations.give_back, opening.conversation.id, opening.lease, due_at)

    async def _show_typing(self, conversation: Conversation) -> None:
        channel = self._channel(conversation)
        if channel and channel.features.typing:
            await channel.show_typing(conversation.address)

    def _channel(self, conversation: Conversation) -> Channel | None:
        return self._channels.get((conversation.channel, conversation.account))

    def _scene(self, opening: Opening, read_as: str | None = None) -> Scene:
        return compose.scene(opening, self._brand, read_as, self._moment(opening))

    def _moment(self, opening: Opening) -> datetime:
        """Now, but never before what is answered was written: clocks differ, and are set back."""
        return max(self._clock(), opening.until)
