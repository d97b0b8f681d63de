"""What the product needs of an assistant, whichever it is."""

from __future__ import annotations

from typing import Protocol

from bot.messages import Turn, Understanding


class Assistant(Protocol):
    """Reads what a customer wrote and says what it would answer."""

    async def read(self, turn: Turn) -> Understanding:
        """Read a turn and advance its conversation.

        Raises `AssistantUnavailable` where asking again makes sense, else `AssistantFailed`.
        """

    async def ready(self) -> bool:
        """Whether a model is loaded and answers."""

    async def close(self) -> None:
        """Release connections."""
