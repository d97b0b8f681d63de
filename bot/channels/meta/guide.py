"""What whoever connects any account of Meta's has to know."""

from __future__ import annotations

from bot.channels.guide import Value

APPS = "https://developers.facebook.com/apps"
# What all accounts of one app have in common.
APP_SECRET = Value(name="app_secret", where=f"{APPS}, the app, App settings, Basic: App secret", secret=True)
VERIFY = Value(
    name="verify",
    where="yours to make up, one for all accounts of the app: Meta repeats it when it verifies the webhook",
    secret=True,
    ours=True,
)
APP_ID = Value(
    name="app_id",
    where=f"{APPS}, the app, App settings, Basic: App ID. With it the webhook is registered from here, and"
    " our own messages are known from those of other apps",
    optional=True,
)
HUMAN_AGENT = Value(
    name="human_agent",
    where="yes where Meta has granted the feature Human Agent: humans then have 7 days for an answer",
    optional=True,
)
INBOX = Value(
    name="inbox_app_id", where="the number of Meta's own inbox, where Meta changes it", optional=True
)
SERVER = (
    Value(name="base_url", where="another Graph server than Meta's", optional=True),
    Value(name="version", where="another version of the Graph API, such as v25.0", optional=True),
)
