"""How the contract suite builds this channel."""

from __future__ import annotations

from bot.brand import Account
from bot.channels.whatsapp import WhatsApp
from tests.contract.subject import Subject

NUMBER_ID = "700100200300400"
SECRETS = {"token": "EAAmade-up", "app_secret": "made-up-app-secret", "verify": "made-up-verify"}


def account(account_id: str = "care_uk", number_id: str = NUMBER_ID, **options: str) -> Account:
    """An account with these options."""
    return Account(
        channel="whatsapp", id=account_id, market="uk", options={"phone_number_id": number_id, **options}
    )


def build() -> WhatsApp:
    """A channel that talks to nobody."""
    return WhatsApp(account(), SECRETS)


SUBJECT = Subject(
    build=build,
    forged=(
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature": "sha1=" + "0" * 40},
        {"Authorization": SECRETS["app_secret"]},
    ),
    batch="batch",
    unknown=(
        "account_error",
        "another_number",
        "another_object",
        "group_status",
        "identity_changed",
        "in_group",
        "other_field",
        "state_unknown",
    ),
)
