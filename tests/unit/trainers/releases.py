"""Small releases, for tests of what is made of them."""

from __future__ import annotations

from datetime import datetime, timezone

from bot.messages import Ranked, Reading, Register
from bot.trainers.evaluate import Outcome
from bot.trainers.figures import Evaluation, held_out_figures, key, outcome
from bot.trainers.folds import CrossRead
from bot.trainers.judged import Judged
from bot.trainers.measures import Pair, Result
from bot.trainers.release import Message

AT = datetime(2026, 11, 22, tzinfo=timezone.utc)


def row(text: str, register: str, *, language: str = "en", topic: str = "") -> Judged:
    return Judged(
        text=text,
        register=register,
        language=language,
        topic=topic,
        answerable="1" if topic else "0",
        sensitive="1" if register == "crisis" else "0",
        line=2,
    )


def result(decision: str, register: str, topic: str = "", confidence: float = 0.9) -> Result:
    return Result(
        language="en",
        register=register,
        confidence=confidence,
        topic=topic,
        decision=decision,
        team="care",
        priority="normal",
        reply="Hello.",
    )


def message(row: Judged, result: Result, register: Register = "complaint") -> Message:
    reading = Reading(intent=register, register=register, confidence=result.confidence)
    return Message(place="tests/nlu/en.csv:2", row=row, outcome=Outcome(reading=reading, result=result))


def read(text: str, intent: Register, guess: Register, confidence: float = 0.8) -> CrossRead:
    reading = Reading(
        intent="nlu_fallback",
        register=guess,
        confidence=confidence,
        ranking=(Ranked(intent=guess, confidence=confidence),),
    )
    return CrossRead(
        text=text, intent=intent, register=intent, topic="", language="en", place="a.yml:5", reading=reading
    )


def evaluation(pairs: list[Pair], examples: str = "same", because: tuple[str, ...] = ()) -> Evaluation:
    return Evaluation(
        made_at=AT,
        inputs="inputs",
        examples=examples,
        held_out={"all": held_out_figures(pairs, [])},
        outcomes={key(row): outcome(result) for row, result in pairs},
        because=because,
    )
