"""`python -m bot connect`"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from secrets import token_urlsafe
from typing import TypeVar

import click
from msgspec import structs

from bot.brand import load_brand
from bot.channels.base import Channel
from bot.channels.guide import Value
from bot.channels.registry import CHANNELS
from bot.commands.connecting import Part, advice, choose, entry, named, parts, told
from bot.commands.environment import add_to_env_file, read_env_file
from bot.commands.trial import Trial
from bot.errors import DeliveryError, DeliveryLater, SettingsError
from bot.settings import Settings, read_secret, read_settings

T = TypeVar("T")

_ENV = Path(".env")
# How long a platform may take to say who the account is, in seconds.
_PATIENCE = 30.0
# The exit code where values are missing and nobody can be asked.
_INCOMPLETE = 2


@click.command("connect")
@click.argument("channel", type=click.Choice(sorted(CHANNELS)))
@click.option("--account", "account_id", metavar="ID", help="As in brand.yml, or a new name.")
@click.option("--set", "options", metavar="NAME=VALUE", multiple=True, help="An option of a new account.")
@click.option(
    "--url", metavar="PUBLIC_URL", help="Where platforms reach the gateway; else RELAIS_PUBLIC_URL."
)
@click.option("--to", "recipient", metavar="RECIPIENT", help="Who gets the test message.")
@click.option("--wait/--no-wait", default=None, help="For somebody to write; by default in a terminal only.")
def command(
    channel: str,
    account_id: str | None,
    options: tuple[str, ...],
    url: str | None,
    recipient: str | None,
    wait: bool | None,
) -> None:
    """Connect an account of CHANNEL, step by step.

    Says what to do on the platform, which values are needed and where they are found; asks for those
    that are missing; lets the platform check them; registers the webhook where that can be done; and
    sends a test message. Nothing is written before the platform has taken the values, and no secret
    is ever shown.
    """
    settings = read_settings(os.environ)
    dialog = Dialog(settings, channel, account_id, dict(map(_pair, options)))
    dialog.steps()
    dialog.collect()
    dialog.check()
    dialog.keep()
    public = url or (settings.public_url if "RELAIS_PUBLIC_URL" in os.environ else "")
    trial = Trial(settings, dialog.account, CHANNELS[channel].guide, public.rstrip("/"), dialog.ask)
    listens = _is_terminal() if wait is None else wait
    dialog.run(lambda each: trial.run(each, recipient, listens=listens))


class Dialog:
    """What is said and asked until the account is known to work."""

    def __init__(
        self, settings: Settings, channel: str, account_id: str | None, options: dict[str, str]
    ) -> None:
        brand = load_brand(settings.brand_file, CHANNELS)
        self.guide = CHANNELS[channel].guide
        self.account, self._is_known = choose(brand, channel, account_id)
        if self._is_known and options:
            raise SettingsError(f"--set is for new accounts: edit {settings.brand_file} instead")
        if not self._is_known:
            self.account = structs.replace(named(self.account, brand, self.guide), options=options)
        self._typed: dict[str, str] = {}

    def steps(self) -> None:
        """Say what comes first, and what is needed."""
        where = "in brand.yml" if self._is_known else "new"
        _head(f"{self.account.channel}/{self.account.id} ({where})")
        for number, step in enumerate(self.guide.before, start=1):
            click.echo(f"{number}. {step}")
        _head("What is needed")
        for part in self._parts():
            click.echo(told(part))

    def collect(self) -> None:
        """Ask for what is missing; without a terminal say what to set, and end."""
        self._mind_unnamed()
        if not _is_terminal():
            if missing := [part for part in self._parts() if part.needed and not part.source]:
                _say_what_to_set(missing)
            return
        for part in self._parts():
            if not part.source and (part.needed or not self._is_known):
                self._ask_for(part)

    def check(self) -> None:
        """Let the platform say who the account is."""
        _head("Checking")
        if not self._is_known:
            self.account = structs.replace(self.account, secrets=self._used())
        click.echo(f"The platform knows it as {self.run(_checked)}.")

    def keep(self) -> None:
        """Write what was typed into .env, if that is wanted; show what brand.yml lacks."""
        if self._typed:
            names = ", ".join(self._typed)
            if click.confirm(f"Write {names} to {_ENV}, which only you can read?", default=True):
                add_to_env_file(_ENV, self._typed)
                click.echo("Written. A Relais that runs reads it when it is started again.")
            else:
                click.echo(f"Then set {names}, or each as NAME_FILE, before you start Relais.")
        if not self._is_known:
            _head("Add this to `accounts` in brand.yml")
            click.echo(entry(self.account), nl=False)

    def ask(self, question: str) -> str:
        """One more question, where somebody is there to answer."""
        if not _is_terminal():
            return ""
        return str(click.prompt(question, default="", show_default=False)).strip()

    def run(self, work: Callable[[Channel], Awaitable[T]]) -> T:
        """Do something with the channel; say an error in plain words, and end."""
        try:
            return asyncio.run(self._with_channel(work))
        except KeyboardInterrupt:
            click.echo("\nEnded.")
            raise click.exceptions.Exit(0) from None
        except DeliveryError as error:
            for line in advice(error, self._parts()):
                click.echo(line, err=True)
            raise click.exceptions.Exit(1) from error

    async def _with_channel(self, work: Callable[[Channel], Awaitable[T]]) -> T:
        secrets = {name: self._environment()[variable] for name, variable in self._used().items()}
        channel = CHANNELS[self.account.channel](self.account, secrets)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(channel.close)
            return await work(channel)

    def _used(self) -> dict[str, str]:
        """The secrets that have a value."""
        return {key: name for key, name in self.account.secrets.items() if name in self._environment()}

    def _environment(self) -> dict[str, str]:
        """The values of the account's secrets, whether they are set or were typed just now."""
        found = {name: read_secret(os.environ, name) for name in self.account.secrets.values()}
        return {name: value for name, value in found.items() if value is not None} | self._typed

    def _parts(self) -> list[Part]:
        environment: Mapping[str, str] = {**os.environ, **self._typed}
        file = read_env_file(_ENV)
        return parts(self.account, self.guide, environment, file, is_new=not self._is_known)

    def _mind_unnamed(self) -> None:
        """An account of brand.yml that names no variable for what it needs cannot be helped from here."""
        for part in self._parts():
            if self._is_known and part.needed and not part.source and not part.variable:
                key = "secrets" if part.value.secret else "options"
                raise SettingsError(
                    f"add {part.value.name!r} to the {key} of this account in brand.yml first"
                )

    def _ask_for(self, part: Part) -> None:
        hint = "" if part.needed else " (Enter: none)"
        if part.value.ours:
            hint = " (Enter: one is made up)"
        while True:
            question = f"{part.value.name}{hint}"
            answer = str(
                click.prompt(question, default="", show_default=False, hide_input=part.value.secret)
            ).strip()
            answer = answer or _made_up(part.value)
            if answer or not part.needed:
                break
        if answer and part.value.secret:
            self._typed[part.variable] = answer
        elif answer:
            options = {**self.account.options, part.value.name: answer}
            self.account = structs.replace(self.account, options=options)


async def _checked(channel: Channel) -> str:
    try:
        return await asyncio.wait_for(channel.check(), _PATIENCE)
    except asyncio.TimeoutError:
        raise DeliveryLater(f"nothing, for {_PATIENCE:.0f} seconds") from None


def _made_up(value: Value) -> str:
    return token_urlsafe(32) if value.ours else ""


def _say_what_to_set(missing: list[Part]) -> None:
    click.echo("\nNobody is here to be asked. Set these, and run this again:", err=True)
    for part in missing:
        how = (
            f"{part.variable} (or {part.variable}_FILE)" if part.variable else f"--set {part.value.name}=..."
        )
        click.echo(f"  {how}: {part.value.where}", err=True)
    raise click.exceptions.Exit(_INCOMPLETE)


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        raise SettingsError(f"expected NAME=VALUE, got {text!r}")
    return name, value


def _head(words: str) -> None:
    click.secho(f"\n{words}", bold=True)


def _is_terminal() -> bool:
    return sys.stdin.isatty()
