"""How a phone number of WhatsApp is connected."""

from __future__ import annotations

from bot.channels.guide import Guide, Value
from bot.channels.meta.guide import APP_ID, APP_SECRET, APPS, SERVER, VERIFY

GUIDE = Guide(
    before=(
        (
            f"Make an app of the kind Business at {APPS} and add WhatsApp. Add the number there, or in the"
            " WhatsApp Manager."
        ),
        (
            "Business settings, Users, System users: make one, give it the app and the WhatsApp account, and"
            " generate a token that does not end, with whatsapp_business_messaging and"
            " whatsapp_business_management."
        ),
    ),
    values=(
        Value(name="token", where="the system user's token, shown once when it is generated", secret=True),
        APP_SECRET,
        VERIFY,
        Value(
            name="phone_number_id", where="the app's page, WhatsApp, API setup, below From: Phone number ID"
        ),
        Value(
            name="business_id",
            where="the same page: WhatsApp Business Account ID. With it the number's events are asked for",
            optional=True,
        ),
        APP_ID,
        *SERVER,
    ),
    after=(
        (
            "In the WhatsApp Manager have texts approved for after the 24 hours, and put them into brand.yml"
            " (templates) as they were approved."
        ),
    ),
)
