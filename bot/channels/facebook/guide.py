"""How a Page is connected."""

from __future__ import annotations

from bot.channels.guide import Guide, Value
from bot.channels.meta.guide import APP_ID, APP_SECRET, APPS, HUMAN_AGENT, INBOX, SERVER, VERIFY

GUIDE = Guide(
    before=(
        f"Make an app at {APPS} with the products Messenger and Webhooks.",
        (
            "Let it be given pages_messaging, pages_manage_metadata, pages_read_engagement,"
            " pages_read_user_content and pages_manage_engagement, and for humans who answer after more than"
            " a day the feature Human Agent."
        ),
        (
            "Business settings, Users, System users: make one, give it the app and the Page, and generate a"
            " token with these permissions that does not end."
        ),
    ),
    values=(
        Value(
            name="token",
            where="the Page's access token: with the system user's, GET /PAGE?fields=access_token tells it",
            secret=True,
        ),
        APP_SECRET,
        VERIFY,
        Value(name="page_id", where="the Page, About, Page transparency: Page ID"),
        APP_ID,
        Value(
            name="username",
            where="the Page's name behind facebook.com/, for m.me links; else its number",
            optional=True,
        ),
        Value(
            name="subscribe",
            where="yes: ask for the Page's events at every start, as Meta stops after an hour of failures",
            optional=True,
        ),
        HUMAN_AGENT,
        INBOX,
        *SERVER,
    ),
    after=(
        (
            "In the Page's settings for messages give the Get started button the payload /greet, and switch"
            " Facebook's own automated answers off: they look like a colleague's."
        ),
    ),
)
