"""Who wrote: a customer of WhatsApp, who may go by a number, an identifier of Meta's, or both."""

from __future__ import annotations

from msgspec import Struct

from bot.channels.meta.reading import identifier
from bot.channels.reading import Json, text, thing, things


class Customer(Struct, frozen=True, kw_only=True):
    """A person as the platform names him here.

    `chat` is his business-scoped id where that is known, for it stays when the number is hidden;
    else his number. `aliases` are the other identifiers by which he may come another time.
    """

    chat: str
    aliases: tuple[str, ...] = ()
    name: str = ""


class Contacts:
    """The people whom a change tells of, beside its messages."""

    def __init__(self, value: Json) -> None:
        self._all = list(things(value, "contacts"))

    def customer(self, *, user_id: str, number: str, parent_id: str = "") -> Customer | None:
        """The person with these identifiers, each of which may be empty; None where all are."""
        contact = self._contact(user_id, number)
        known = unique(
            user_id,
            identifier(contact, "user_id"),
            number,
            identifier(contact, "wa_id"),
            parent_id,
            identifier(contact, "parent_user_id"),
        )
        if not known:
            return None
        profile = thing(contact, "profile")
        name = text(profile, "name") or text(profile, "username")
        return Customer(chat=known[0], aliases=known[1:], name=name)

    def _contact(self, user_id: str, number: str) -> Json:
        """Whom a message is from: its order says nothing, and some messages name nobody."""
        wanted = (("user_id", user_id), ("wa_id", number))
        fitting = [each for each in self._all if not _contradicts(each, user_id, number)]
        for name, value in wanted:
            for contact in fitting:
                if value and identifier(contact, name) == value:
                    return contact
        return fitting[0] if len(self._all) == len(fitting) == 1 else {}


def _contradicts(contact: Json, user_id: str, number: str) -> bool:
    pairs = ((identifier(contact, "user_id"), user_id), (identifier(contact, "wa_id"), number))
    return any(theirs and ours and theirs != ours for theirs, ours in pairs)


def unique(*identifiers: str) -> tuple[str, ...]:
    """Those that are there, each once."""
    return tuple(dict.fromkeys(each for each in identifiers if each))
