"""`python -m bot examples`"""

from __future__ import annotations

import asyncio
import csv
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import click
from msgspec import Struct

from bot.brand import Brand, load_brand
from bot.clock import now
from bot.commands.judging import judging, progress
from bot.details.names import Names
from bot.details.placeholders import Masked, Placeholders
from bot.settings import Settings, read_settings
from bot.store import migrate, said
from bot.store.said import Said
from bot.store.store import Store
from bot.trainers.evaluate import Judge, judge_all
from bot.trainers.judged import Judged

# The names of columns that `evaluate` reads too are those of bot.trainers.judged.
COLUMNS = ("day", "surface", "text", "language", "register", "topic", "decision", "confidence", "replied")
# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Understood(Struct, frozen=True, kw_only=True):
    """What the assistant of today makes of a message; empty where it was not asked."""

    language: str = ""
    register: str = ""
    topic: str = ""
    decision: str = ""
    confidence: str = ""


@click.command("examples")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="How far to look back."
)
@click.option("--quick", is_flag=True, help="Do not ask the assistant again; leaves its columns empty.")
def command(out: Path, days: int, quick: bool) -> None:
    """Write what customers said lately to the CSV file OUT, for trainers, without personal details.

    Instead of each name, address, number and handle stands its kind, such as <name>. Beside each
    message stands what the assistant of today makes of it, and what the bot replied with at the
    time. Names are not found for sure: read the file before you pass it on. Content of networks
    whose etiquette (brand.yml) says `training: no` is left out.
    """
    _make(out)
    settings = read_settings(os.environ)
    brand = load_brand(settings.brand_file)
    placeholders = Placeholders(Names(own=[brand.name]), own=[brand.name])
    messages, left_out = trainable(_read(settings, days), brand)
    masked = [placeholders.mask(message.text, message.author) for message in messages]
    understood = [Understood()] * len(messages) if quick else asyncio.run(_ask(messages, settings))
    rows = [row(*given) for given in zip(messages, masked, understood, strict=True)]
    write(out, rows)
    click.echo(summary(masked, days, left_out))


def trainable(messages: Sequence[Said], brand: Brand) -> tuple[list[Said], int]:
    """The messages that may teach the assistant, and how many others there are."""
    kept = [it for it in messages if brand.etiquette.manners(it.channel, it.surface).training]
    return kept, len(messages) - len(kept)


def row(message: Said, masked: Masked, understood: Understood) -> dict[str, str]:
    """A row of the file."""
    return {
        "day": message.at.date().isoformat(),
        "surface": message.surface,
        "text": masked.text,
        "language": understood.language or message.language or "",
        "register": understood.register,
        "topic": understood.topic,
        "decision": understood.decision,
        "confidence": understood.confidence,
        "replied": message.reaction or "none",
    }


def write(out: Path, rows: Iterable[dict[str, str]]) -> None:
    """Write a CSV file that no spreadsheet executes."""
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({name: _harmless(value) for name, value in values.items()} for values in rows)


def summary(masked: Sequence[Masked], days: int, left_out: int) -> str:
    """What was written, what was masked, and how much was left out by etiquette."""
    counts = Counter(kind for one in masked for kind in one.kinds)
    masks = ", ".join(f"{kind} {count}" for kind, count in counts.most_common()) or "nothing"
    written = f"{len(masked)} messages of the last {days} days. Masked: {masks}."
    if left_out:
        written += f"\n{left_out} left out: the etiquette of their network says `training: no`."
    return f"{written}\nRead the file before you pass it on: not every name is found."


def _make(out: Path) -> None:
    """Make the file that its owner alone may read, before anything takes time."""
    try:
        out.touch(mode=0o600)
    except OSError as error:
        raise click.FileError(str(out), error.strerror) from error


def _harmless(value: str) -> str:
    return f"'{value}" if value.lstrip(" \n").startswith(_FORMULA) else value


def _read(settings: Settings, days: int) -> list[Said]:
    store = Store(settings.database_url)
    try:
        migrate.upgrade(store)
        return store.run_now(said.since, now() - timedelta(days=days))
    finally:
        store.close()


async def understand(messages: Sequence[Said], judge: Judge) -> list[Understood]:
    """What the assistant makes of each message, as the first of a conversation."""
    # What is typed never starts with a slash for the assistant: that would be an order.
    rows = [Judged(text=m.text.lstrip("/ ") or "?", surface=m.surface) for m in messages]
    results = [outcome.result for outcome in await judge_all(rows, judge, progress)]
    return [
        Understood(
            language=result.language,
            register=result.register,
            topic=result.topic,
            decision=result.decision,
            confidence=f"{result.confidence:.2f}",
        )
        for result in results
    ]


async def _ask(messages: Sequence[Said], settings: Settings) -> list[Understood]:
    if not messages:
        return []
    async with judging(settings) as judge:
        return await understand(messages, judge)
