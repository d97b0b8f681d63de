"""What an account of WhatsApp needs, checked."""

from __future__ import annotations

from bot.brand import Account
from bot.channels.meta.options import check_names, identifier_of, identifier_or_none


def read_number_id(account: Account) -> str:
    """The id of the phone number; raise `BrandError` for an option that is wrong or missing."""
    check_names(account, "phone_number_id", "business_id")
    identifier_or_none(account, "business_id")
    return identifier_of(account, "phone_number_id")
