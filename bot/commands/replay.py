"""`python -m bot replay`"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import aiohttp
import click

from bot.brand import Account, Brand, load_brand
from bot.channels.registry import CHANNELS
from bot.commands.web import gateway_url
from bot.errors import SettingsError
from bot.settings import account_secrets, read_settings


@click.command("replay")
@click.argument("payload", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "target", metavar="CHANNEL/ACCOUNT", help="For example telegram/nimbea_fr.")
def command(payload: Path, target: str | None) -> None:
    """Post a stored payload at the running gateway.

    It is signed as the platform would sign it. Without --to it goes to the first account that is
    switched on of the channel that is named in the file's path, as in
    tests/channels/telegram/payloads/text.json.
    """
    settings = read_settings(os.environ)
    account = find_account(load_brand(settings.brand_file), payload, target)
    secrets = account_secrets(account, os.environ)
    if secrets is None:
        raise SettingsError(f"{account.path} is off. Set {', '.join(account.secrets.values())} first.")
    raw_body = payload.read_bytes()
    headers = CHANNELS[account.channel](account, secrets).sign(raw_body)
    status, answer = asyncio.run(_post(gateway_url(settings) + account.path, headers, raw_body))
    click.echo(f"{account.path} answered {status} {answer}".rstrip())
    if status >= 300:
        raise click.exceptions.Exit(1)


def find_account(brand: Brand, payload: Path, target: str | None) -> Account:
    """The account that `target` names, or that the payload's path suggests."""
    if target:
        channel, _, account_id = target.partition("/")
        named = brand.account(channel, account_id)
        if named is None:
            known = ", ".join(f"{a.channel}/{a.id}" for a in brand.accounts)
            raise SettingsError(f"brand.yml has no account {target}. It has {known}.")
        return named
    suggested = [account for account in brand.accounts if account.channel in payload.resolve().parts]
    if not suggested:
        raise SettingsError("The path names no channel: say where the payload goes with --to.")
    return next((a for a in suggested if account_secrets(a, os.environ) is not None), suggested[0])


async def _post(url: str, headers: dict[str, str], raw_body: bytes) -> tuple[int, str]:
    headers = {"Content-Type": "application/json", **headers}
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=raw_body, headers=headers) as answer,
        ):
            return answer.status, await answer.text()
    except aiohttp.ClientConnectionError as error:
        raise SettingsError(f"No gateway answers at {url}. Start one: make run") from error
