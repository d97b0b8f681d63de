"""What the shape alone cannot tell: names that must exist, languages that must be complete."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Collection, Iterator
from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from bot.brand.etiquette import Manners, Rule
from bot.brand.hours import Hours, week_days
from bot.brand.model import PLACEHOLDER, PRIORITIES, Account, Brand
from bot.messages import Register, Surface

Problem = tuple[tuple[str | int, ...], str]

# A matter that the guard finds and that is no crisis, such as a bereavement.
SENSITIVE = "sensitive"
PLACEHOLDERS = frozenset({"brand", "reference", "deadline", "link"})
# Texts that are quick replies, and the characters that every platform shows of one (Messenger:
# https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies).
QUICK_REPLIES = frozenset({"consent_yes", "consent_no"})
LONGEST_QUICK_REPLY = 20


def problems(brand: Brand, channels: Collection[str] = ()) -> Iterator[Problem]:
    """Every problem as (path of keys, words for the editor); `channels` as in `load_brand`."""
    yield from _markets(brand)
    yield from _accounts(brand)
    yield from _promises(brand)
    yield from _routing(brand)
    yield from _etiquette(brand, channels)
    yield from _texts(brand)


def _markets(brand: Brand) -> Iterator[Problem]:
    for name, market in brand.markets.items():
        for language in set(market.languages) - set(brand.languages):
            yield ("markets", name, "languages"), f"{language} is not a language of the brand"
        try:
            ZoneInfo(market.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            yield ("markets", name, "timezone"), f"there is no time zone {market.timezone!r}"
        if market.hours:
            for where, words in _hours(market.hours):
                yield ("markets", name, "hours", *where), words


def _hours(hours: Hours) -> Iterator[Problem]:
    if not hours.open:
        yield ("open",), "there are no hours: leave them out where somebody always works"
    counted = Counter(day for days in hours.open for day in week_days(days))
    for days, times in hours.open.items():
        for day in week_days(days):
            if counted[day] > 1:
                yield ("open", days), f"{day} stands twice"
        if any(span.begins > span.ends for span in times.spans):
            yield ("open", days), "hours of work end on the day on which they begin: use 24:00 and 00:00"


def _accounts(brand: Brand) -> Iterator[Problem]:
    seen = Counter((account.channel, account.id) for account in brand.accounts)
    for index, account in enumerate(brand.accounts):
        if account.market not in brand.markets:
            yield ("accounts", index, "market"), f"there is no market {account.market!r}"
        if seen[account.channel, account.id] > 1:
            yield ("accounts", index, "id"), f"{account.id!r} stands twice for {account.channel}"
        if account.team and account.team not in brand.teams:
            yield ("accounts", index, "team"), f"there is no team {account.team!r}"
        for place, wrong in _templates(account):
            yield ("accounts", index, "templates", place), wrong


def _templates(account: Account) -> Iterator[tuple[int, str]]:
    seen = set()
    for place, template in enumerate(account.templates):
        name = f"{template.name} ({template.language})"
        if name in seen:
            yield place, f"{name} stands twice"
        seen.add(name)
        if {"{", "}"} & set(PLACEHOLDER.sub("", template.text)):
            yield place, "placeholders are {1}, {2} and so on, and there are no other braces"
        numbers = sorted({int(number) for number in PLACEHOLDER.findall(template.text)})
        if numbers != list(range(1, len(numbers) + 1)):
            yield place, "the placeholders must be numbered from {1} on, without a gap"


def _promises(brand: Brand) -> Iterator[Problem]:
    for priority in PRIORITIES:
        if priority not in brand.promises.answer_within:
            yield ("promises", "answer_within"), f"the priority {priority!r} has no delay"


def _routing(brand: Brand) -> Iterator[Problem]:
    for register in (*get_args(Register), SENSITIVE):
        if register not in brand.routing:
            yield ("routing",), f"{register!r} has no rule"
    for name, route in brand.routing.items():
        if route.team and route.team not in brand.teams:
            yield ("routing", name, "team"), f"there is no team {route.team!r}"
    if brand.default_team not in brand.teams:
        yield ("default_team",), f"there is no team {brand.default_team!r}"


def _etiquette(brand: Brand, channels: Collection[str]) -> Iterator[Problem]:
    etiquette = brand.etiquette
    for surface in get_args(Surface):
        if surface not in etiquette.default:
            yield ("etiquette", "default"), f"there are no manners for the {surface} surface"
    for surface, manners in etiquette.default.items():
        yield from _manners(brand, manners, "default", surface)
    for channel, rules in etiquette.channels.items():
        if channels and channel not in channels:
            yield ("etiquette", "channels", channel), f"there is no channel {channel!r}"
        for surface, rule in rules.items():
            yield from _manners(brand, rule, "channels", channel, surface)


def _manners(brand: Brand, rule: Manners | Rule, *place: str) -> Iterator[Problem]:
    label = rule.label or {}
    if label:
        for language in brand.languages:
            if language not in label:
                yield ("etiquette", *place, "label"), f"the text is missing in {language!r}"
    for language, text in label.items():
        for wrong in _wrong_placeholders(text):
            yield ("etiquette", *place, "label", language), wrong
    for name in rule.silent_on or ():
        if name not in brand.routing:
            yield ("etiquette", *place, "silent_on"), f"there is no route {name!r}"


def _texts(brand: Brand) -> Iterator[Problem]:
    for name, texts in msgspec.structs.asdict(brand.texts).items():
        for language in brand.languages:
            if language not in texts:
                yield ("texts", name), f"the text is missing in {language!r}"
        for language, text in texts.items():
            for wrong in _wrong_placeholders(text):
                yield ("texts", name, language), wrong
            if name in QUICK_REPLIES and len(text) > LONGEST_QUICK_REPLY:
                yield ("texts", name, language), f"a quick reply has {LONGEST_QUICK_REPLY} characters at most"


def _wrong_placeholders(text: str) -> Iterator[str]:
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError as error:
        yield f"the braces do not match ({error})"
        return
    for name in sorted(names - PLACEHOLDERS):
        yield f"there is no placeholder {{{name}}}"
