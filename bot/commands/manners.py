"""`python -m bot manners`"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import get_args
from zoneinfo import ZoneInfo

import click

from bot.assistant.rasa import Rasa
from bot.brand import Account, Brand, load_brand
from bot.channels.registry import CHANNELS
from bot.clock import now
from bot.conversation import compose
from bot.conversation.compose import Scene
from bot.conversation.rehearsal import Message, Rehearsal, opened, rehearse
from bot.conversation.rules import Decision
from bot.conversation.transactions import Opening
from bot.errors import AssistantError, SettingsError
from bot.guard import load_guard
from bot.messages import Reading, Register, Reply, Surface, Turn, Understanding
from bot.settings import Settings, read_settings

_PATIENCE = 5.0
# What stands for words of the assistant that is not asked.
_WORDS = "[what the assistant says]"


@click.command("manners")
@click.argument("text")
@click.option("--channel", required=True, help="The network, as in brand.yml.")
@click.option("--surface", type=click.Choice(get_args(Surface)), default="private", show_default=True)
@click.option("--account", metavar="ID", help="One of the brand's accounts there; otherwise the first.")
@click.option("--at", metavar="TIME", help="When, such as 2026-12-24T23:30; by the market's clock.")
@click.option("--language", help="The language of the conversation so far; otherwise it is recognised.")
@click.option("--register", type=click.Choice(get_args(Register)), help="What it is read as, without Rasa.")
@click.option("--confidence", type=click.FloatRange(0, 1), default=0.9, show_default=True)
@click.option("--in-thread", type=click.IntRange(0), default=0, help="Automatic texts in the thread before.")
@click.option("--today", type=click.IntRange(0), default=0, help="Automatic texts to this person today.")
@click.option("--aside", is_flag=True, help="It does not speak to the brand, but to others.")
def command(
    text: str,
    channel: str,
    surface: Surface,
    account: str | None,
    at: str | None,
    language: str | None,
    register: Register | None,
    confidence: float,
    in_thread: int,
    today: int,
    aside: bool,
) -> None:
    """Say what the rules would do with TEXT, and why. Nothing is sent or kept.

    What it means is read by Rasa where that runs, or given by --register; otherwise the guard alone
    looks at it.
    """
    settings = read_settings(os.environ)
    brand = load_brand(settings.brand_file, CHANNELS)
    found = find_account(brand, channel, account)
    message = Message(
        text=text,
        account=found,
        surface=surface,
        at=moment(at, brand.market_of(found).timezone),
        language=language,
        in_thread=in_thread,
        today=today,
        aside=aside,
    )
    opening = opened(message, brand)
    understanding = given(register, confidence) if register else asyncio.run(ask(opening, brand, settings))
    rehearsal = rehearse(opening, understanding, brand, load_guard(settings.guard_folder))
    for line in told(rehearsal, understanding):
        click.echo(line)


def find_account(brand: Brand, channel: str, account: str | None) -> Account:
    """The account that is written to; raises `SettingsError` where the brand has none such."""
    there = [each for each in brand.accounts if each.channel == channel]
    found = next((each for each in there if account in (None, each.id)), None)
    if found is None:
        known = ", ".join(f"{each.channel}/{each.id}" for each in brand.accounts)
        raise SettingsError(f"there is no such account in brand.yml; there are {known}")
    return found


def moment(text: str | None, zone: str) -> datetime:
    """When a message is written, in UTC: by the clock of the market where no zone is told."""
    if text is None:
        return now()
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(f"expected a time such as 2026-12-24T23:30, got {text!r}") from error
    aware = read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))
    return aware.astimezone(timezone.utc)


def given(register: Register, confidence: float) -> Understanding:
    """An understanding of somebody who says what it is to be."""
    reading = Reading(
        intent=register, register=register, confidence=confidence, registers={register: confidence}
    )
    return Understanding(reading=reading, replies=(Reply(text=_WORDS, name=f"utter_{register}"),))


async def ask(opening: Opening, brand: Brand, settings: Settings) -> Understanding | None:
    """What Rasa reads, in a conversation of its own; None where it does not answer."""
    scene = compose.scene(opening, brand, None, opening.since)
    turn = Turn(
        conversation=f"manners-{uuid.uuid4().hex}",
        text=opening.text,
        language=scene.language,
        surface=opening.conversation.surface,
    )
    rasa = Rasa(settings.rasa_urls[0], patience=_PATIENCE)
    try:
        return await rasa.read(turn)
    except AssistantError:
        return None
    finally:
        await rasa.close()


def told(rehearsal: Rehearsal, understanding: Understanding | None) -> Iterator[str]:
    """What would happen, line by line."""
    yield _line("Written to", _place(rehearsal.scene))
    yield _line("Read as", _reading(understanding))
    yield _line("Guard", rehearsal.alarm.why if rehearsal.alarm else "finds nothing")
    yield _line("Rules", _decision(rehearsal.decided, rehearsal.scene))
    yield _line("Would do", _verdict(rehearsal))
    if origin := rehearsal.origin:
        yield _line("Rule", f"{origin.path}: {_value(origin.value)}")
        yield _line("why", origin.why.strip())
        yield _line("source", origin.source.strip())
    for reply in rehearsal.replies:
        yield _line("Would say", reply.text)
    if not rehearsal.replies:
        yield _line("Would say", "nothing")
    if rehearsal.outcome.opener:
        yield _line("In private", rehearsal.outcome.opener)
    yield _line("If it takes long", rehearsal.meanwhile or "nothing is said meanwhile")


def _line(name: str, words: str) -> str:
    return f"{name + ':':<18}{words}"


def _place(scene: Scene) -> str:
    talk, zone = scene.opening.conversation, scene.brand.market_of(scene.account).timezone
    return (
        f"{talk.channel}/{talk.account}, in {talk.surface}, {scene.language},"
        f" {scene.facts.clock:%Y-%m-%d %H:%M} ({zone})"
    )


def _reading(understanding: Understanding | None) -> str:
    if understanding is None:
        return "nothing: Rasa does not answer. Start it (make run), or say what it is: --register complaint"
    reading = understanding.reading
    return f"{reading.register} ({reading.intent}), {reading.confidence:.0%} sure"


def _decision(decision: Decision, scene: Scene) -> str:
    if decision.kind != "hand_over":
        return f"{decision.kind} ({decision.reason})"
    team = decision.team or scene.account.team or scene.brand.default_team
    return f"{decision.kind} ({decision.reason}) to {team}, {decision.priority}"


def _verdict(rehearsal: Rehearsal) -> str:
    if rehearsal.outcome.stopped:
        told = ", and say so" if rehearsal.replies else ", without a word"
        return f"be silent from now on{told} (words.stop)"
    silently = "" if rehearsal.verdict.speaks else ", without a word"
    case = rehearsal.outcome.case
    promised = f", promised by {case.answer_by:%Y-%m-%d %H:%M} UTC" if case else ""
    return f"{_decision(rehearsal.verdict.decision, rehearsal.scene)}{silently}{promised}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
