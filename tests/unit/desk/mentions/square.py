"""What is said in public of the brand, and what agents do about it at the desk, in short."""

from __future__ import annotations

import json
from typing import Any

from bot.assistant.scripted import Scripted, understood
from bot.conversation.answering import Answering
from bot.conversation.triage import Triage
from bot.conversation.turns import turns
from bot.inbox.crowd import accept
from bot.store import bell, cases, mentions, ratings
from bot.store.mentions import Mention
from bot.store.ratings import Alarm, Rating
from bot.store.rows import Case
from tests.fakes.channel import mention
from tests.fakes.courier import NoCourier
from tests.fakes.desk import Client, DeskHouse, token_in
from tests.fakes.example import GUARD


def posted(house: DeskHouse, text: str = "Nimbea lost my bag", number: int = 1, **more: Any) -> Mention:
    """Somebody speaks of the brand."""
    house.store.run_now(accept, [mention(text, number=number, at=house.clock(), **more)], house.clock())
    house.bell.ring(bell.QUEUE)
    return known(house, number)


def rated(house: DeskHouse, row: Mention, rank: int = 1, kind: str = "", confidence: float = 0.9) -> None:
    """It was read."""
    now = house.clock()
    (taken,) = house.store.run_now(ratings.claim, now, until=now, most=1)
    assert taken.id == row.id
    alarm = Alarm(kind=kind, why="smoke (en.yml:3)" if kind else "", rank=rank)
    rating = Rating(register="problem", confidence=confidence, language="en", alarm=alarm)
    house.store.run_now(ratings.rate, taken, rating, now)
    house.bell.ring(bell.QUEUE)


def known(house: DeskHouse, mention_id: int = 1) -> Mention:
    return house.store.run_now(mentions.load, mention_id)


async def post(client: Client, path: str, *, script: bool = True) -> tuple[int, Any]:
    headers = {"X-CSRF-Token": token_in(await (await client.get("/desk/account")).text())}
    if script:
        headers["Accept"] = "application/json"
    answer = await client.post(f"/desk/mentions/{path}", headers=headers, allow_redirects=False)
    text = await answer.text()
    return answer.status, json.loads(text) if script and text.startswith("{") else text


async def shown(client: Client, view: str = "") -> str:
    return await (await client.get("/desk/mentions", params={"view": view} if view else None)).text()


def case_of(house: DeskHouse, mention_id: int = 1) -> Case:
    case_id = known(house, mention_id).case_id
    assert case_id
    return house.store.run_now(cases.load, case_id)


async def works(house: DeskHouse, *answers: str) -> None:
    """The bot does all that is due, and would answer everything."""
    courier = NoCourier()
    answering = Answering(
        store=house.store,
        bell=house.bell,
        assistant=Scripted({"": understood("question_x", "question", *(answers or ("An answer.",)))}),
        channels=house.channels,
        brand=house.brand,
        guard=GUARD,
        clock=house.clock,
        courier=courier,
    )
    triage = Triage(
        store=house.store,
        bell=house.bell,
        brand=house.brand,
        guard=GUARD,
        clock=house.clock,
        courier=courier,
    )
    await turns(house.store, house.bell, answering, triage, house.clock).drain()


def said_by_the_bot(house: DeskHouse, conversation_id: int = 1) -> list[str]:
    return [line.text for line in house.lines(conversation_id) if line.author == "bot"]
