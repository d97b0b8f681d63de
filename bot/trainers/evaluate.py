"""Runs judged messages through the real assistant and the real rules."""

from __future__ import annotations

import asyncio
import csv
import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timezone
from pathlib import Path

import msgspec
from msgspec import Struct

from bot.assistant.port import Assistant
from bot.brand import Brand
from bot.clock import now
from bot.conversation import etiquette, handover, rules, texts
from bot.conversation.etiquette import Facts
from bot.conversation.rules import Decision, Situation
from bot.errors import EvaluationError
from bot.guard import Guard
from bot.language import detect
from bot.messages import Reading, Surface, Turn, Understanding
from bot.trainers.judged import Judged, read_judged, with_topics
from bot.trainers.measures import Result
from bot.trainers.scores import report

Progress = Callable[[int, int], None]

# No quiet hours: what is measured must not depend on when it is.
_MIDDAY = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
# Rasa understands one message at a time; a few more keep it from waiting for us.
_AT_ONCE = 4


async def evaluate(
    source: Path,
    out: Path | None,
    *,
    judge: Judge,
    topics: Collection[str] = (),
    progress: Progress = lambda done, total: None,
) -> str:
    """Run every row of `source` as a new conversation, write the results to `out`, report.

    Answers are compared with a row's topic where it is one of `topics`. `progress` is told how
    many of how many rows are done. Raises `EvaluationError` where the file is wrong or cannot be
    written, and `AssistantError` where the assistant fails.
    """
    rows = with_topics(read_judged(source), topics)
    outcomes = await judge_all(rows, judge, progress)
    results = [outcome.result for outcome in outcomes]
    if out:
        write_results(out, rows, results)
    return report(list(zip(rows, results, strict=True)))


class Outcome(Struct, frozen=True, kw_only=True):
    """What a message was read as, and what became of it."""

    reading: Reading
    result: Result


class Judge:
    """Says what the gateway would make of a message, as the first of a conversation."""

    def __init__(self, assistant: Assistant, brand: Brand, guard: Guard) -> None:
        self._assistant = assistant
        self._brand = brand
        self._guard = guard

    async def judge(self, row: Judged, conversation: str) -> Outcome:
        """Ask the assistant and the guard, and let the rules decide."""
        brand = self._brand
        surface: Surface = "public" if row.surface == "public" else "private"
        first = detect(row.text, brand.languages) or brand.languages[0]
        turn = Turn(conversation=conversation, text=row.text, language=first, surface=surface)
        understanding = await self._assistant.read(turn)
        reading = understanding.reading
        language = reading.language if reading.language in brand.languages else None
        alarm = self._guard.combine(self._guard.inspect(row.text, language or first), reading.registers)
        decided = rules.decide(understanding, Situation(), brand, alarm)
        manners = brand.etiquette.default[surface]
        decision = etiquette.judge(decided, manners, Facts(clock=_MIDDAY)).decision
        result = Result(
            language=reading.language or "",
            register=decision.register,
            confidence=round(reading.confidence, 4),
            topic=reading.topic or "",
            decision=decision.kind,
            team=decision.team or brand.default_team,
            priority=decision.priority,
            reply=_reply(understanding, decision, language or first, surface, brand),
        )
        return Outcome(reading=reading, result=result)


async def judge_all(rows: Sequence[Judged], judge: Judge, progress: Progress) -> list[Outcome]:
    """Judge every row as a conversation of its own; `progress` is told after each."""
    run, gate = uuid.uuid4().hex, asyncio.Semaphore(_AT_ONCE)
    done = 0

    async def one(number: int, row: Judged) -> Outcome:
        nonlocal done
        async with gate:
            outcome = await judge.judge(row, f"evaluate-{run}-{number}")
        done += 1
        progress(done, len(rows))
        return outcome

    return await asyncio.gather(*(one(number, row) for number, row in enumerate(rows)))


def _reply(
    understanding: Understanding, decision: Decision, language: str, surface: Surface, brand: Brand
) -> str:
    said = rules.fitting(understanding, decision)
    if decision.kind == "hand_over":
        return _announcement(understanding, decision, language, surface, brand, now())
    if decision.kind == "clarify" and not said:
        return texts.say(brand.texts.clarify, language, brand)
    return " ".join(reply.text for reply in said)


def _announcement(
    understanding: Understanding,
    decision: Decision,
    language: str,
    surface: Surface,
    brand: Brand,
    at: datetime,
) -> str:
    """As the brand's first account would announce it, with a reference that is none."""
    case = handover.new_case(
        decision,
        brand,
        brand.accounts[0],
        language=language,
        entities=understanding.reading.entities,
        since=at,
        now=at,
    )
    return handover.announcement(
        brand,
        brand.accounts[0],
        language,
        case=case,
        reference=f"{brand.reference_prefix}-…",
        warm=rules.fitting(understanding, decision),
        way=handover.way_to_private(brand, language, None) if surface == "public" else "",
    )


def write_results(out: Path, rows: Sequence[Judged], results: Sequence[Result]) -> None:
    """Write what became of each row as CSV; raises `EvaluationError` where that is impossible."""
    columns = ("text", *Result.__struct_fields__)
    try:
        with out.open("w", encoding="utf8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            for row, result in zip(rows, results, strict=True):
                writer.writerow({"text": row.text, **msgspec.structs.asdict(result)})
    except OSError as error:
        raise EvaluationError(f"{out}: {error.strerror}") from error
