"""The shape of brand.yml: everything about a brand that is not the assistant's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from bot.brand.duration import Duration
from bot.brand.etiquette import Etiquette
from bot.brand.hours import Hours, due
from bot.brand.shape import Language, Name, Shape, Text, Texts
from bot.messages import Register

Decided = Literal["answer", "thank", "acknowledge", "hand_over", "clarify", "none"]
Priority = Literal["urgent", "high", "normal", "low"]
Share = Annotated[float, Meta(ge=0, le=1)]

# Of a text that a platform has approved.
PLACEHOLDER = re.compile(r"\{([1-9]\d?)\}")

PRIORITIES: tuple[Priority, ...] = ("urgent", "high", "normal", "low")


class Market(Shape, frozen=True, kw_only=True):
    """Where customers are: `languages` in order of preference, the first is the default.

    `hours` is when agents work for it: None is always.
    """

    languages: Annotated[tuple[Language, ...], Meta(min_length=1)]
    timezone: str
    hours: Hours | None = None


class ApprovedText(Shape, frozen=True, kw_only=True):
    """A template: a text that a platform has approved for when free answers are not allowed.

    `name` and `language` are those under which the platform knows it, `text` is what it reads
    there, with `{1}`, `{2}` where something is filled in.
    """

    name: Annotated[str, Meta(pattern="^[a-z0-9_]+$", max_length=512)]
    language: Annotated[str, Meta(pattern="^[a-z]{2,3}(_[A-Z]{2})?$")]
    text: Text

    @property
    def blanks(self) -> int:
        """How many different things are filled in."""
        return len(set(PLACEHOLDER.findall(self.text)))

    def filled(self, parameters: Sequence[str]) -> str:
        """What the customer reads."""
        return PLACEHOLDER.sub(lambda found: parameters[int(found[1]) - 1], self.text)


class Account(Shape, frozen=True, kw_only=True):
    """One account of the brand on one network.

    `secrets` maps what the channel needs (token, secret) to names of environment variables:
    the values never stand here. `options` are facts that only this channel knows of. `templates`
    are texts that the platform has approved for this account. `team` gets the cases of this
    account for which no route names another.
    """

    channel: Name
    id: Name
    market: Name
    team: Name | None = None
    secrets: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    templates: tuple[ApprovedText, ...] = ()

    @property
    def path(self) -> str:
        """Where the platform posts its webhooks to."""
        return f"/channels/{self.channel}/{self.id}"


class Promises(Shape, frozen=True, kw_only=True):
    """What customers are promised; every delay is a duration such as `1s`, `30m`, `24h`.

    `acknowledge_within` is the longest wait for a first response. `assistant_within` is how
    long the assistant may fail before a human takes over. `answer_within` is the wait for a
    human answer, by priority: in working time where the market has hours, but for what is urgent.
    """

    acknowledge_within: Duration
    assistant_within: Duration
    answer_within: dict[Priority, Duration]


class Route(Shape, frozen=True, kw_only=True):
    """What is done with a register or intent; `human` overrides the threshold of that name.

    What may be said of it on which network is a matter of etiquette.
    """

    decision: Decided
    team: Name | None = None
    priority: Priority = "normal"
    human: Share | None = None


class Thresholds(Shape, frozen=True, kw_only=True):
    """How sure the assistant must be, as probabilities.

    Below `understood` for its best guess a message is not understood. `answer` is the least
    for pasting an answer. From `human` on, the summed probability of the registers in
    `human_registers` hands over whatever the best guess is; a route may have its own.
    """

    understood: Share
    answer: Share
    thank: Share
    human: Share
    human_registers: tuple[Register, ...]


class Words(Shape, frozen=True, kw_only=True):
    """Words that, alone in a message, stop the bot or let it speak again."""

    stop: dict[Language, tuple[Text, ...]]
    resume: dict[Language, tuple[Text, ...]]


class Silence(Shape, frozen=True, kw_only=True):
    """When it is an alarm that an account hears nothing.

    It is after `at_least` where nothing comes although in the same time of the last `weeks` so much
    did that the chance of hearing nothing is below `chance` (0: never). An account must be known for
    `known_for`.
    """

    at_least: Duration = Duration(minutes=30)
    weeks: Annotated[int, Meta(ge=2, le=8)] = 4
    known_for: Duration = Duration(days=14)
    chance: Annotated[float, Meta(ge=0, le=0.01)] = 1e-6


class FixedTexts(Shape, frozen=True, kw_only=True):
    """What the product says by itself, per language.

    Placeholders: `{brand}`, `{reference}`, `{deadline}`, `{link}`.
    """

    acknowledgement: Texts
    content_received: Texts
    handover: Texts
    handover_default: Texts
    continue_in_private: Texts
    continue_in_private_without_link: Texts
    opened_in_private: Texts
    joined: Texts
    clarify: Texts
    stopped: Texts
    resumed: Texts
    handed_back: Texts
    resolved: Texts
    ask_consent: Texts
    consent_yes: Texts
    consent_no: Texts
    solved_in_private: Texts


class Brand(Shape, frozen=True, kw_only=True):
    """A whole brand."""

    name: Text
    site: Text
    languages: Annotated[tuple[Language, ...], Meta(min_length=1)]
    reference_prefix: Annotated[str, Meta(pattern="^[A-Z]{1,4}$")]
    markets: Mapping[Name, Market]
    accounts: tuple[Account, ...]
    teams: dict[Name, Text]
    default_team: Name
    promises: Promises
    thresholds: Thresholds
    routing: dict[str, Route]
    etiquette: Etiquette
    words: Words
    texts: FixedTexts
    silence: Silence = Silence()

    def market_of(self, account: Account) -> Market:
        """The market that an account serves."""
        return self.markets[account.market]

    def account(self, channel: str, account_id: str) -> Account | None:
        """The account of that name, or None."""
        found = (a for a in self.accounts if (a.channel, a.id) == (channel, account_id))
        return next(found, None)

    def account_of(self, channel: str, account_id: str) -> Account:
        """The account of that name; of one that was taken out, a stand-in in the first market."""
        market = next(iter(self.markets))
        stand_in = Account(channel=channel, id=account_id, market=market)
        return self.account(channel, account_id) or stand_in

    def answer_by(self, account: Account, priority: Priority, moment: datetime) -> datetime:
        """Until when somebody who writes to this account at a moment is promised a human's answer."""
        delay, market = self.promises.answer_within[priority], self.market_of(account)
        if priority == "urgent" or market.hours is None:
            return moment + delay
        return due(moment, delay, market.hours, market.timezone)

    def alarm_route(self, kind: str, severity: str) -> Route:
        """The rule for a matter that the guard found, else for its severity."""
        return self.routing.get(kind) or self.routing[severity]

    def route(self, intent: str, register: Register) -> Route:
        """The most specific rule: for the intent, else for its register."""
        return self.routing.get(intent) or self.routing[register]
