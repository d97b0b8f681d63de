"""Whether what is said fits into as many messages as manners allow. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.brand import Manners
from bot.channels.registry import CHANNELS
from bot.channels.render import fit, with_buttons_as_text
from bot.messages import Reply
from bot.store.rows import Conversation


def fits(replies: Sequence[Reply], label: str, manners: Manners, conversation: Conversation) -> bool:
    """Whether a network takes replies, behind a label, in so many messages as one turn may have."""
    kind = CHANNELS.get(conversation.channel)
    if manners.most_per_turn is None or kind is None:
        return True
    features, number = kind.features, 0
    for reply in replies:
        text = reply.text if features.buttons else with_buttons_as_text(reply.text, reply.buttons)
        number += len(fit(f"{label} {text}" if label else text, features, conversation.surface))
        label = ""
    return number <= manners.most_per_turn
