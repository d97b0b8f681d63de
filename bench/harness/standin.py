"""`python -m bench.harness.standin`: an assistant that waits instead of computing.

It answers as Rasa does, one turn after the other as on one core, so that more machines than there
are can be played without their cores.
"""

from __future__ import annotations

import asyncio

import click
import msgspec
from aiohttp import web

from bench.harness.processes import LOOPBACK
from bot.messages import Reading, Reply, Understanding

_ANSWER = Understanding(
    reading=Reading(
        intent="question_cabin_bag",
        register="question",
        topic="cabin_bag",
        confidence=0.97,
        registers={"question": 0.98, "complaint": 0.01, "problem": 0.01},
    ),
    replies=(Reply(text="One bag of 55 x 40 x 25 cm.", name="utter_question_cabin_bag"),),
)


def application(seconds: float) -> web.Application:
    """The server; every turn takes so long."""
    turn = asyncio.Lock()
    answer = msgspec.json.encode(_ANSWER)

    async def take(request: web.Request) -> web.Response:
        await request.read()
        async with turn:
            await asyncio.sleep(seconds)
        return web.Response(body=answer, content_type="application/json")

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.add_routes([web.get("/webhooks/relais/", health), web.post("/webhooks/relais/webhook", take)])
    return app


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--seconds", type=float, default=0.0, help="What a turn takes.")
def command(port: int, seconds: float) -> None:
    """Serve until told to stop."""
    web.run_app(_made(seconds), host=LOOPBACK, port=port, access_log=None, print=None)


async def _made(seconds: float) -> web.Application:
    # Within the loop, which the lock belongs to.
    return application(seconds)


if __name__ == "__main__":
    command()
