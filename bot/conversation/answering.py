"""One turn: from what a customer wrote to replies, a handover, or silence."""

from __future__ import annotations

import asyncio
import logging
import time
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
from bot.conversation.courier import Courier, commit_and_send
from bot.conversation.rules import Decision
from bot.conversation.transactions import Opening, Outcome
from bot.errors import AssistantError
from bot.guard import Finding, Guard
from bot.logs import also, within
from bot.messages import Turn, Understanding
from bot.metrics import HANDLED, HANDOVERS, LEASES_LOST, TURN
from bot.store import bell, conversations, elsewhere, links, outbound
from bot.store.bell import Bell
from bot.store.faults import is_away
from bot.store.rows import Case, Conversation
from bot.store.store import Store
from bot.unexpected import place, trail

log = logging.getLogger(__name__)

# The wait for an answer ends before the promise does, so that there is time to send.
SHARE_OF_PROMISE = 0.7
SHORTEST_WAIT = timedelta(seconds=0.3)
# Between two questions to an assistant that is away. A crowd that asks it every second would keep
# the whole process busy.
SHORTEST_REST, LONGEST_REST = timedelta(seconds=1), timedelta(seconds=8)

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
        courier: Courier,
    ) -> None:
        self._store = store
        self._bell = bell
        self._courier = courier
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
        began = time.perf_counter()
        with within(conversation=conversation_id):
            outcome = await self._outcome(conversation_id, lease)
            seconds = time.perf_counter() - began
            TURN.labels(outcome).observe(seconds)
            log.info("turn ended", extra={"outcome": outcome, "seconds": round(seconds, 3)})

    async def _outcome(self, conversation_id: int, lease: str) -> str:
        """Take a turn and tell what it came to, as `relais_turn_seconds` names it."""
        try:
            opening = await self._store.read(transactions.open_turn, conversation_id, lease, self._brand)
            talk = opening.conversation
            also(channel=talk.channel, account=talk.account, case=talk.case_id)
            return await self._take_carefully(opening)
        except Exception as error:
            if is_away(error):
                raise
            log.error("stumbled over a turn: %s", trail(error))
            return await self._failed(conversation_id, lease, place(error))

    async def _take_carefully(self, opening: Opening) -> str:
        """One at a time of those that may end the process: others must not be suspected with it."""
        conversation = opening.conversation
        if conversation.attempts > aside.ATTEMPTS:
            return await self._failed(conversation.id, opening.lease, aside.NEVER_ENDED)
        if conversation.attempts < aside.SUSPECT:
            return await self._take(opening)
        if self._suspect.locked():
            return await self._give_back(opening, self._clock() + aside.NOT_NOW)
        async with self._suspect:
            return await self._take(opening)

    async def _failed(self, conversation_id: int, lease: str, error: str) -> str:
        mishap = Mishap(
            conversation_id=conversation_id,
            lease=lease,
            error=error,
            brand=self._brand,
            guard=self._guard,
            now=self._clock(),
        )
        put_aside = await self._store.run(aside.failed, mishap)
        self._bell.ring(bell.OUTBOX, bell.TURNS)
        if put_aside is None:
            return "failed"
        _count(put_aside.conversation, "set_aside", put_aside.messages, put_aside.reason)
        return "set_aside"

    async def _take(self, opening: Opening) -> str:
        if not opening.lines:
            await self._store.run(transactions.leave, opening, self._clock())
            self._bell.ring(bell.TURNS)
            return "nothing"
        if opening.case and opening.case.status != "handed_back":
            return await self._pass_on(opening, opening.case)
        if opening.conversation.is_elsewhere(self._clock()):
            return await self._leave(opening)
        return await self._answer(opening)

    async def _pass_on(self, opening: Opening, case: Case) -> str:
        """Leave it to the humans: the bot only says so when a case is joined or reopened."""
        scene = self._scene(opening)
        answer_by = handover.answer_by_again(case.rank, self._brand, scene.account, scene.now)
        passed_on = await self._store.run(
            transactions.pass_on,
            opening,
            answer_by=answer_by,
            urgent_by=handover.answer_by_again(0, self._brand, scene.account, scene.now),
            alarm=self._crisis(opening, scene),
            notice=compose.notice(scene, case, answer_by),
            now=scene.now,
        )
        self._bell.ring(bell.OUTBOX, bell.TURNS)
        if not passed_on:
            return _lost()
        _count(opening.conversation, "passed_on", len(opening.lines))
        return "passed_on"

    async def _leave(self, opening: Opening) -> str:
        """Somebody outside has it: a case tells our humans of it, and nobody says a word."""
        scene = self._scene(opening)
        decision = rules.give_up(elsewhere.REASON, self._brand)
        if alarm := self._crisis(opening, scene):
            decision = rules.raise_alarm(alarm, UNREAD.reading, self._brand)
            scene = compose.alarmed(scene, alarm, self._guard)
        return await self._carry_out(decision, UNREAD, scene)

    async def _answer(self, opening: Opening) -> str:
        scene, words = self._scene(opening), self._brand.words
        if rules.is_word(opening.text, words.stop):
            return await self._finish(opening, compose.stopped(scene, on=True))
        if scene.facts.silenced and rules.is_word(opening.lines[-1].readable, words.resume):
            return await self._finish(opening, compose.stopped(scene, on=False))
        if opening.text:
            return await self._ask(opening, scene)
        decision = rules.decide_on_content(opening.content, self._brand)
        return await self._carry_out(decision, UNREAD, scene)

    async def _ask(self, opening: Opening, scene: Scene) -> str:
        findings = self._guard.inspect(opening.text, scene.language)
        try:
            understanding = await self._understanding(opening, scene)
        except AssistantError as error:
            if alarm := self._guard.sure(findings):
                decision = rules.raise_alarm(alarm, UNREAD.reading, self._brand)
                return await self._carry_out(decision, UNREAD, compose.alarmed(scene, alarm, self._guard))
            # Said once, not at every attempt until the assistant is back.
            level = logging.DEBUG if opening.conversation.last_purpose == "acknowledge" else logging.WARNING
            log.log(level, "no answer: %s", error)
            return await self._without_assistant(opening, scene)
        alarm = self._guard.combine(findings, understanding.reading.registers)
        scene = self._scene(opening, understanding.reading.language)
        scene = compose.alarmed(scene, alarm, self._guard)
        decision = rules.decide(understanding, scene.situation, self._brand, alarm)
        decision = rules.mind_content(decision, opening.content, self._brand)
        return await self._carry_out(decision, understanding, scene)

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
            server=opening.conversation.server_at(scene.now),
        )
        asked = asyncio.ensure_future(self._assistant.read(turn))
        try:
            done, _ = await asyncio.wait({asked}, timeout=self._wait_for_first(opening))
            if not done:
                await self._acknowledge(opening, scene)
                await self._show_typing(opening.conversation)
            return await asked
        finally:
            # Whoever takes the turn again asks again: nobody waits for this answer any more.
            asked.cancel()

    def _wait_for_first(self, opening: Opening) -> float:
        promise = self._brand.promises.acknowledge_within * SHARE_OF_PROMISE
        left = promise - (self._moment(opening) - opening.since)
        return max(left, SHORTEST_WAIT).total_seconds()

    async def _acknowledge(self, opening: Opening, scene: Scene) -> None:
        if text := compose.acknowledgement(scene):
            await self._store.run(transactions.acknowledge, opening, text, self._moment(opening))
            self._bell.ring(bell.OUTBOX, bell.conversation(opening.conversation.id))

    async def _without_assistant(self, opening: Opening, scene: Scene) -> str:
        """Acknowledge at once and try again; beyond the promise a human takes over."""
        now = self._clock()
        if now - opening.since >= self._brand.promises.assistant_within:
            decision = rules.give_up("assistant_unavailable", self._brand)
            return await self._carry_out(decision, UNREAD, scene)
        await self._acknowledge(opening, scene)
        return await self._give_back(opening, now + rest(now - opening.since))

    async def _carry_out(self, decision: Decision, understanding: Understanding, scene: Scene) -> str:
        verdict = compose.judged(decision, scene)
        if verdict.decision.kind == "hand_over" and verdict.speaks:
            scene = await self._with_way_to_private(scene)
        outcome = compose.outcome(verdict, understanding, scene)
        return await self._finish(
            scene.opening, msgspec.structs.replace(outcome, server=understanding.server)
        )

    async def _with_way_to_private(self, scene: Scene) -> Scene:
        """The scene of a public message: its author is written to in private, or shown the way there."""
        if await self._may_open(scene):
            return msgspec.structs.replace(scene, opens=True)
        link = await self._private_link(scene.opening.conversation)
        return msgspec.structs.replace(scene, link=link)

    async def _may_open(self, scene: Scene) -> bool:
        conversation, line = scene.opening.conversation, scene.opening.lines[-1]
        channel = self._channel(conversation)
        if channel is None or conversation.surface == "private":
            return False
        if not handover.is_in_time(line, channel.features.private_reply, scene.now):
            return False
        return not await self._store.read(outbound.is_replied_in_private, conversation.id, line.platform_id)

    async def _private_link(self, conversation: Conversation) -> str | None:
        channel = self._channel(conversation)
        if channel is None or conversation.surface == "private":
            return None
        token = await self._store.run(links.create, conversation.id, self._clock())
        return channel.private_link(token)

    async def _finish(self, opening: Opening, outcome: Outcome) -> str:
        finished = await commit_and_send(
            self._courier,
            self._bell,
            lambda claim: self._store.run(
                transactions.finish, opening, outcome, self._moment(opening), claim
            ),
        )
        if finished is None:
            # A human came in meanwhile: what the bot would have said is dropped, and the next
            # turn leaves the messages to him.
            return await self._give_back(opening, self._clock())
        if finished.more:
            self._bell.ring(bell.TURNS)
        name = outcome.purpose if outcome.replies else "silent"
        reason = outcome.case.reason if outcome.case else ""
        _count(opening.conversation, name, len(opening.lines), reason)
        return name

    async def _give_back(self, opening: Opening, due_at: datetime) -> str:
        """Let the turn be taken again, unless another process has it already."""
        conversation_id = opening.conversation.id
        kept = await self._store.run(conversations.give_back, conversation_id, opening.lease, due_at)
        self._bell.ring(bell.TURNS)
        return "again" if kept else _lost()

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


def rest(waited: timedelta) -> timedelta:
    """How long to wait before the assistant is asked again: longer, the longer it is away. Pure."""
    return min(max(waited / 2, SHORTEST_REST), LONGEST_REST)


def _count(conversation: Conversation, outcome: str, messages: int, reason: str = "") -> None:
    """Count messages that a turn took care of, and the case that was opened for some `reason`."""
    HANDLED.labels(conversation.channel, conversation.account, outcome).inc(messages)
    if reason:
        HANDOVERS.labels(reason).inc()


def _lost() -> str:
    LEASES_LOST.inc()
    return "lost"
