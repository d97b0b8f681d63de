"""How a professional account of Instagram is connected."""

from __future__ import annotations

from bot.channels.guide import Guide, Value
from bot.channels.meta.guide import APP_ID, APP_SECRET, APPS, HUMAN_AGENT, INBOX, SERVER, VERIFY

GUIDE = Guide(
    before=(
        f"Make an app at {APPS} with the products Instagram and Webhooks.",
        (
            "An account that belongs to a Page: let the app be given instagram_basic,"
            " instagram_manage_messages, instagram_manage_comments and pages_manage_metadata. One that logs"
            " in with Instagram itself: instagram_business_basic, instagram_business_manage_messages and"
            " instagram_business_manage_comments."
        ),
        "In Instagram's app, as the account: Settings, Messages, Connected tools: allow it to read them.",
    ),
    values=(
        Value(
            name="token",
            where="the access token of the Page that the account belongs to; without a Page Instagram's own"
            " (the app's page, Instagram, API setup: Generate token)",
            secret=True,
        ),
        APP_SECRET,
        VERIFY,
        Value(
            name="instagram_id",
            where="GET /PAGE?fields=instagram_business_account tells it, or the app's page",
        ),
        Value(
            name="page_id",
            where="the number of the Page that the account belongs to, where the token is the Page's",
            optional=True,
        ),
        APP_ID,
        Value(name="username", where="the account's name, without @; else Instagram is asked", optional=True),
        HUMAN_AGENT,
        INBOX,
        *SERVER,
    ),
)
