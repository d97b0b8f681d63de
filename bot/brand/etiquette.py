"""The manners of each network, as data: what the bot may say where, to whom, how often and when."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field, structs

from bot.brand.duration import Duration
from bot.brand.hours import Times
from bot.brand.shape import Name, Shape, Text, Texts
from bot.messages import Surface

Acknowledge = Literal["always", "once_per_thread", "never"]
HandOver = Literal["tell", "silently"]
Whom = Literal["addressed", "anybody"]
Holds = Literal["conversation", "everywhere"]
# What a turn may say: `Decided` without "none".
Act = Literal["answer", "thank", "acknowledge", "clarify", "hand_over"]
Most = Annotated[int, Meta(ge=0)] | None


class Manners(Shape, frozen=True, kw_only=True):
    """Everything that is allowed on a surface.

    `acknowledge` is for texts that answer nothing, and says how often "one moment" is one of them;
    `answer`, `thank` and `clarify` say whether the bot does so, or leaves it to a human (thanks: to
    nobody). With `hand_over` `silently` the customer is not told of a handover. After `most_per_thread`
    automatic texts in a person's part of a thread only what `beyond` names is said, after
    `most_per_person_a_day` nothing; None is no limit. One turn has at most `most_per_turn` messages, as
    the network cuts them: what needs more is said in brief, or left to a human. The text of `label`
    comes before the first text of a conversation, the first after `label_after` of silence, and the
    first after a human's; empty is none. In `quiet_hours`, by the market's clocks, nothing is said.
    `whom` tells who is answered: who speaks to the brand, or anybody whose message comes in. `never`
    lists people who are not, by the network's names; the brand's own accounts never are, nor other
    bots, which channels keep out. On registers and intents in `silent_on` nothing is said. Who has
    asked the bot to stop is left alone in that conversation, or everywhere on that account, as
    `stop_holds` says. `training` says whether the content may teach the assistant. `why` and `source`
    are for whoever asks about a rule.
    """

    acknowledge: Acknowledge
    answer: bool
    thank: bool
    clarify: bool
    hand_over: HandOver
    most_per_thread: Most
    beyond: tuple[Act, ...]
    most_per_person_a_day: Most
    most_per_turn: Most
    label: Texts
    label_after: Duration
    quiet_hours: Times | None
    whom: Whom
    never: tuple[Text, ...]
    silent_on: tuple[Name, ...]
    stop_holds: Holds
    training: bool
    why: Text
    source: Text


class Rule(Shape, frozen=True, kw_only=True):
    """What one network does otherwise than by default; see `Manners`."""

    acknowledge: Acknowledge | UnsetType = UNSET
    answer: bool | UnsetType = UNSET
    thank: bool | UnsetType = UNSET
    clarify: bool | UnsetType = UNSET
    hand_over: HandOver | UnsetType = UNSET
    most_per_thread: Most | UnsetType = UNSET
    beyond: tuple[Act, ...] | UnsetType = UNSET
    most_per_person_a_day: Most | UnsetType = UNSET
    most_per_turn: Most | UnsetType = UNSET
    label: Texts | UnsetType = UNSET
    label_after: Duration | UnsetType = UNSET
    quiet_hours: Times | UnsetType | None = UNSET
    whom: Whom | UnsetType = UNSET
    never: tuple[Text, ...] | UnsetType = UNSET
    silent_on: tuple[Name, ...] | UnsetType = UNSET
    stop_holds: Holds | UnsetType = UNSET
    training: bool | UnsetType = UNSET
    why: Text
    source: Text


class Origin(Shape, frozen=True, kw_only=True):
    """Where a manner was laid down: the path in brand.yml, with the reason and its source."""

    path: str
    value: object
    why: str
    source: str


class Etiquette(Shape, frozen=True, kw_only=True):
    """Manners by default, and what single networks do otherwise, for each surface."""

    default: dict[Surface, Manners]
    channels: dict[Name, dict[Surface, Rule]] = field(default_factory=dict)

    def manners(self, channel: str, surface: Surface) -> Manners:
        """What holds on a surface of a network."""
        default, rule = self.default[surface], self._rule(channel, surface)
        if rule is None:
            return default
        given = {name: value for name, value in structs.asdict(rule).items() if value is not UNSET}
        return structs.replace(default, **given)

    def origin(self, channel: str, surface: Surface, key: str) -> Origin:
        """Where one of the manners of a surface was laid down."""
        rule = self._rule(channel, surface)
        if rule is not None and getattr(rule, key) is not UNSET:
            return _origin(f"channels.{channel}.{surface}", rule, key)
        return _origin(f"default.{surface}", self.default[surface], key)

    def _rule(self, channel: str, surface: Surface) -> Rule | None:
        return self.channels.get(channel, {}).get(surface)


def _origin(place: str, rule: Rule | Manners, key: str) -> Origin:
    return Origin(path=f"etiquette.{place}.{key}", value=getattr(rule, key), why=rule.why, source=rule.source)
