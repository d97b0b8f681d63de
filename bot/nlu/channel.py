"""Rasa's door for the gateway: one request, one answer with the reading and the replies."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json

from bot.logs import within
from bot.nlu.reading import RANKED, reading
from bot.unexpected import trail
from bot.watchdog import watched

logger = logging.getLogger(__name__)


class Replies(CollectingOutputChannel):
    """Collects the replies as they are, with the name of the response that made each."""

    @classmethod
    def name(cls) -> str:
        """As responses may name it to be meant for this channel only."""
        return "relais"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one reply; what is not text is not for this door."""
        if message.get("text"):
            self.messages.append(_reply(message))


class Relais(InputChannel):
    """`POST /webhooks/relais/webhook` with `{"sender", "text", "language", "surface"}`."""

    @classmethod
    def name(cls) -> str:
        """The part of the address that names this channel."""
        return "relais"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The two routes: is the model there, and understand a message.

        A text on which the reading never ends would hold the server for ever: the watchdog ends it.
        """
        routes = Blueprint("relais_webhook")
        watching = AsyncExitStack()

        @routes.after_server_start
        async def watch(*_: object) -> None:
            # Not before: to load the model takes as long as it takes.
            await watching.enter_async_context(watched())

        @routes.before_server_stop
        async def watch_no_more(*_: object) -> None:
            await watching.aclose()

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            ready = request.app.ctx.agent is not None and request.app.ctx.agent.is_ready()
            return json({"status": "ok" if ready else "loading"}, status=200 if ready else 503)

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            said = request.json
            if not isinstance(said, dict) or not _complete(said):
                return json({"error": "sender and text are missing"}, status=400)
            if request.app.ctx.agent is None or not request.app.ctx.agent.is_ready():
                return json({"error": "the model is not loaded"}, status=503)
            found = await understand_or_tell(request.app.ctx.agent, on_new_message, said)
            return json(found or {"error": "stumbled"}, status=200 if found else 500)

        return routes


def _complete(said: dict[str, Any]) -> bool:
    return all(isinstance(said.get(key), str) and said[key] for key in ("sender", "text"))


async def understand_or_tell(
    agent: Any, on_new_message: Callable[[UserMessage], Awaitable[Any]], said: dict[str, Any]
) -> dict[str, Any] | None:
    """See `understand`; None where it fails, which the log tells without anybody's words.

    Every line that is written meanwhile, by Rasa too, bears the conversation.
    """
    with within(conversation=said["sender"]):
        try:
            return await understand(agent, on_new_message, said)
        except Exception as error:  # noqa: BLE001 - whatever it is, the server would log its words
            logger.error("stumbled over a message: %s", trail(error))
            return None


async def understand(
    agent: Any, on_new_message: Callable[[UserMessage], Awaitable[Any]], said: dict[str, Any]
) -> dict[str, Any]:
    """Read the message once, then let Rasa answer to what was read."""
    replies = Replies()
    message = UserMessage(
        said["text"],
        replies,
        said["sender"],
        input_channel=Relais.name(),
        metadata={"surface": said.get("surface")},
    )
    parsed = await agent.processor.parse_message(message)
    understood = reading(parsed)
    message.parse_data = _kept(parsed, understood["language"] or said.get("language"))
    await on_new_message(message)
    return {"reading": understood, "replies": replies.messages}


def _kept(parsed: dict[str, Any], language: str | None) -> dict[str, Any]:
    """What the tracker needs of it: a whole ranking would be stored with every message.

    `language` is that of the answers: where the text does not tell, the conversation's.
    """
    details = [entity for entity in parsed["entities"] if entity["entity"] != "language"]
    spoken = [{"entity": "language", "value": language}] if language else []
    return {
        "text": parsed["text"],
        "intent": parsed["intent"],
        "entities": [*details, *spoken],
        "intent_ranking": parsed.get("intent_ranking", [])[: RANKED + 1],
    }


def _reply(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": message["text"],
        "name": message.get("utter_action", ""),
        "buttons": [
            {"title": button["title"], "payload": button["payload"]}
            for button in message.get("buttons") or []
        ],
    }
