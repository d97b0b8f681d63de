"""An assistant in the place of Rasa: `python -m tests.faults.stand_in PORT`.

It is a process of its own, as Rasa is, and starts at once. It answers by the first word that it
knows, and each answer names the messages that it answers, so that each can be counted.
"""

from __future__ import annotations

import re
import sys

from aiohttp import web

NUMBER = re.compile(r"\bm\d+\b")
# What stands in a text, the intent and its register.
WORDS = (
    ("lost", "problem", "problem"),
    ("thank", "thanks", "thanks"),
    ("bag", "question_cabin_bag", "question"),
)


async def ready(_: web.Request) -> web.Response:
    """A model is loaded."""
    return web.json_response({"status": "ok"})


async def understand(request: web.Request) -> web.Response:
    """Read a turn, and answer it."""
    said = await request.json()
    text = said["text"].lower()
    found = ((intent, register) for word, intent, register in WORDS if word in text)
    intent, register = next(found, ("greet", "other"))
    numbers = " ".join(NUMBER.findall(text))
    return web.json_response(
        {
            "reading": {
                "intent": intent,
                "register": register,
                "confidence": 0.95,
                "language": "en",
                "registers": {register: 0.95},
            },
            "replies": [{"text": f"This is to {numbers}.", "name": f"utter_{intent}"}],
        }
    )


def main() -> None:
    """Serve until killed."""
    app = web.Application()
    app.add_routes([web.get("/webhooks/relais/", ready), web.post("/webhooks/relais/webhook", understand)])
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)


if __name__ == "__main__":
    main()
