"""The assistant's in-process twin, for tests and for trying the product without Rasa."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from msgspec import structs

from bot.errors import AssistantError
from bot.messages import Button, Reading, Register, Reply, Turn, Understanding

NOT_UNDERSTOOD = Understanding(reading=Reading(intent="nlu_fallback", register="other", confidence=0.2))


def understood(
    intent: str,
    register: Register,
    *says: str,
    confidence: float = 0.95,
    topic: str | None = None,
    language: str | None = None,
    buttons: tuple[Button, ...] = (),
) -> Understanding:
    """An understanding in short: an intent, its register, and what Rasa would say."""
    return Understanding(
        reading=Reading(
            intent=intent,
            register=register,
            confidence=confidence,
            topic=topic,
            language=language,
            registers={register: confidence},
        ),
        replies=tuple(Reply(text=text, name=f"utter_{intent}", buttons=buttons) for text in says),
    )


class Scripted:
    """Understands a text by the first phrase of its script that stands in it.

    It answers as `server`. `failing` makes it fail; while `gate` is closed it thinks, which `thinking` tells.
    """

    def __init__(self, script: Mapping[str, Understanding]) -> None:
        self.script = dict(script)
        self.asked: list[Turn] = []
        self.server = ""
        self.failing: AssistantError | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.thinking = asyncio.Event()

    async def read(self, turn: Turn) -> Understanding:
        """Read a turn as the script says."""
        self.asked.append(turn)
        self.thinking.set()
        await self.gate.wait()
        self.thinking.clear()
        if self.failing:
            raise self.failing
        text = turn.text.casefold()
        found = (u for phrase, u in self.script.items() if phrase.casefold() in text)
        return structs.replace(next(found, NOT_UNDERSTOOD), server=self.server)

    async def ready(self) -> bool:
        """Whether it would answer now."""
        return self.failing is None

    async def close(self) -> None:
        """Nothing to release."""
