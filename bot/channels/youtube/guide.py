"""How to connect a channel of YouTube."""

from __future__ import annotations

from bot.channels.guide import Guide, Value

PROJECT = (
    "Google Cloud console (https://console.cloud.google.com): create a project for Relais and nothing else,"
    " as the daily quota is the project's. Enable the YouTube Data API v3 in it."
)
CONSENT = (
    "OAuth consent screen: External, with the scope https://www.googleapis.com/auth/youtube.force-ssl."
    " Publish it (In production): as long as it is in testing, a permission ends after 7 days."
)
CLIENT = (
    "Credentials, Create credentials, OAuth client ID, Web application, with the redirect URI"
    " https://developers.google.com/oauthplayground."
)
PERMISSION = (
    "https://developers.google.com/oauthplayground, behind the gear: use your own OAuth credentials, access"
    " type offline. Ask for the scope above, log in as the owner of the channel, choose the channel (not"
    " your own person), and exchange the code for tokens."
)
PRIVATE_URL = (
    "yours: where customers can write to you without everybody reading along, for YouTube has no messages."
    " {token} in it lets a Telegram bot (https://t.me/NAME?start={token}) or Messenger"
    " (https://m.me/NAME?ref={token}) go on with the same case"
)
QUOTA = "Google Cloud console, YouTube Data API v3, Quotas: queries per day, unless they are the usual 10000"

GUIDE = Guide(
    before=(PROJECT, CONSENT, CLIENT, PERMISSION),
    values=(
        Value(name="client_id", where="Google Cloud console, Credentials: of the OAuth client"),
        Value(name="client_secret", where="at the same place", secret=True),
        Value(name="refresh_token", where="OAuth playground, step 2", secret=True),
        Value(
            name="channel_id", where="YouTube Studio, Settings, Channel, Advanced settings: begins with UC"
        ),
        Value(name="private_url", where=PRIVATE_URL),
        Value(name="daily_quota", where=QUOTA, optional=True),
        Value(name="base_url", where="where the Data API is, if not at Google's", optional=True),
        Value(name="token_url", where="where access tokens are given, if not at Google's", optional=True),
    ),
)
