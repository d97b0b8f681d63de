"""What is there of an account that is to be connected, and what is missing. Asks nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec
import yaml
from msgspec import Struct

from bot.brand import Account, Brand
from bot.channels.guide import Guide, Value
from bot.channels.registry import CHANNELS
from bot.errors import (
    AccountStopped,
    DeliveryError,
    DeliveryLater,
    DeliveryUnknown,
    SettingsError,
    Unreachable,
    WindowClosed,
)
from bot.settings import read_secret

Source = Literal["the environment", ".env", "a file", "brand.yml", "given here", ""]


class Part(Struct, frozen=True, kw_only=True):
    """One value of an account: where it stands, or that it is nowhere.

    `variable` is the environment variable of a secret; it is empty where brand.yml names none.
    """

    value: Value
    source: Source
    needed: bool
    variable: str = ""
    shown: str = ""


def choose(brand: Brand, channel: str, account_id: str | None) -> tuple[Account, bool]:
    """The account that is meant, and whether it stands in brand.yml; else a new one in the first market."""
    there = {account.id: account for account in brand.accounts if account.channel == channel}
    if account_id is None and len(there) > 1:
        raise SettingsError(f"which account? --account {' or '.join(there)}, or a new name")
    if account_id is None and there:
        return next(iter(there.values())), True
    if account_id in there:
        return there[account_id], True
    wish = {"channel": channel, "id": account_id or channel, "market": next(iter(brand.markets))}
    try:
        return msgspec.convert(wish, Account), False
    except msgspec.ValidationError as error:
        raise SettingsError(f"{account_id!r} cannot be an account's name: {error}") from error


def named(account: Account, brand: Brand, guide: Guide) -> Account:
    """A new account with a variable for each of its secrets."""
    secrets = {value.name: _variable(account, brand, value) for value in guide.values if value.secret}
    return msgspec.structs.replace(account, secrets=secrets)


def _variable(account: Account, brand: Brand, value: Value) -> str:
    """What all other accounts of the family share, this one shares too: the secret of Meta's app, say."""
    family = CHANNELS[account.channel].family
    kin = [each for each in brand.accounts if each.channel in CHANNELS and family]
    used = Counter(
        each.secrets[value.name]
        for each in kin
        if CHANNELS[each.channel].family == family and value.name in each.secrets
    )
    shared = [name for name, times in used.most_common(1) if times > 1]
    own = f"{account.channel}_{account.id}_{value.name}".upper().replace("-", "_")
    return shared[0] if shared else own


def parts(
    account: Account,
    guide: Guide,
    environment: Mapping[str, str],
    from_file: Mapping[str, str],
    *,
    is_new: bool,
) -> list[Part]:
    """Every value that the guide names; `from_file` is what stands in .env."""
    return [
        _secret(account, value, environment, from_file, is_new=is_new)
        if value.secret
        else _option(account, value, is_new=is_new)
        for value in guide.values
    ]


def _secret(
    account: Account,
    value: Value,
    environment: Mapping[str, str],
    from_file: Mapping[str, str],
    *,
    is_new: bool,
) -> Part:
    variable = account.secrets.get(value.name, "")
    # An account is off while one of the secrets that brand.yml names is not set.
    needed = not value.optional or (bool(variable) and not is_new)
    source: Source = ""
    if variable and read_secret(environment, variable) is not None:
        source = ".env" if from_file.get(variable) == environment.get(variable) else "the environment"
        source = "a file" if environment.get(f"{variable}_FILE") else source
    return Part(value=value, source=source, needed=needed, variable=variable)


def _option(account: Account, value: Value, *, is_new: bool) -> Part:
    shown = account.options.get(value.name, "")
    source: Source = "given here" if is_new else "brand.yml"
    return Part(value=value, source=source if shown else "", needed=not value.optional, shown=shown)


def told(part: Part) -> str:
    """A value in one line, never the secret itself."""
    mark = "ok     " if part.source else "MISSING" if part.needed else "-      "
    what = f"{part.shown} ({part.source})" if part.shown else f"set in {part.source}" if part.source else ""
    name = f"{part.value.name} [{part.variable}]" if part.variable else part.value.name
    return f"{mark}  {name}: {what or part.value.where}"


def entry(account: Account) -> str:
    """What is to be added to `accounts` in brand.yml."""
    known = {"channel": account.channel, "id": account.id, "market": account.market}
    more = {"secrets": account.secrets, "options": account.options}
    facts = {**known, **{name: value for name, value in more.items() if value}}
    text: str = yaml.safe_dump([facts], sort_keys=False, allow_unicode=True, width=200)
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))


def advice(error: DeliveryError, found: list[Part]) -> Iterator[str]:
    """What to do about an error, in plain words."""
    yield f"The platform says: {error}"
    if isinstance(error, AccountStopped):
        yield "It does not take these credentials. Compare, or make new ones:"
        yield from (f"  {part.value.name}: {part.value.where}" for part in found if part.value.secret)
    elif isinstance(error, DeliveryLater):
        when = f"in {error.retry_after:.0f} s" if error.retry_after else "in a moment"
        yield f"It cannot be reached, or has no time now. Look at the network, and try again {when}."
    elif isinstance(error, DeliveryUnknown):
        yield "Nobody knows whether it was done. Look there before you try again."
    elif isinstance(error, (Unreachable, WindowClosed)):
        yield "This person cannot be written to now: let the person write to the account first."
    else:
        yield "It will not do this as it was asked. Look at the values above, and at what the account may do."
