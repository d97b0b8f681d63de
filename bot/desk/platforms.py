"""What the platform of a conversation allows, as far as agents are concerned."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from bot.brand import Account, ApprovedText, Brand
from bot.channels.base import Channel, Features, Pace
from bot.channels.registry import CHANNELS
from bot.store.rows import Conversation

# A channel that was taken out: nothing is sent there any more, and the past is still shown.
_GONE = Features(
    longest_text=4000,
    buttons=False,
    typing=False,
    idempotent=False,
    pace=Pace(per_second=1, per_chat_seconds=0, per_group_seconds=0),
)


class Platform(Struct, frozen=True, kw_only=True):
    """One account of a platform; `channel` is None while it is off."""

    features: Features
    templates: tuple[ApprovedText, ...]
    channel: Channel | None

    @property
    def joins_in(self) -> bool:
        """Whether who speaks of the brand without addressing it can be answered."""
        return self.channel is not None and self.features.joins_in

    @property
    def has_link(self) -> bool:
        """Whether there are links from public to private."""
        return self.link("token") is not None

    def link(self, token: str) -> str | None:
        """A link by which a customer goes from public to private."""
        return self.channel.private_link(token) if self.channel else None


class Platforms:
    """The platforms of all accounts."""

    def __init__(self, channels: Mapping[tuple[str, str], Channel], brand: Brand) -> None:
        self._channels = channels
        self._brand = brand

    def of(self, talk: Conversation) -> Platform:
        """That of a conversation."""
        return self.at(talk.channel, talk.account)

    def at(self, channel_name: str, account_id: str) -> Platform:
        """That of an account."""
        account = self._brand.account_of(channel_name, account_id)
        channel, kind = self._channels.get((channel_name, account_id)), CHANNELS.get(channel_name)
        features = channel.features if channel else kind.features if kind else _GONE
        has_templates = features.windows is not None and features.windows.templates
        return Platform(
            features=_as_granted(features, account),
            templates=account.templates if has_templates else (),
            channel=channel,
        )


def _as_granted(features: Features, account: Account) -> Features:
    """Meta gives the longer time of humans only to apps that asked for it (Human Agent).

    https://developers.facebook.com/docs/features-reference/human-agent
    """
    windows = features.windows
    if windows is None or windows.human is None or account.options.get("human_agent") == "yes":
        return features
    return msgspec.structs.replace(features, windows=msgspec.structs.replace(windows, human=None))
