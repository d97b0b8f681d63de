"""The way from nothing to a connected account of X."""

from __future__ import annotations

from bot.channels.guide import Guide, Value

PORTAL = "https://developer.x.com, Projects & Apps, your app"
KEYS = f"{PORTAL}, Keys and tokens"
SCOPES = "tweet.read tweet.write users.read dm.read dm.write offline.access"
OAUTH1, OAUTH2 = "OAuth 1.0a", "OAuth 2.0"


def _secret(name: str, where: str) -> Value:
    """One of two sets of secrets is needed, so that each alone is optional."""
    return Value(name=name, where=where, secret=True, optional=True)


GUIDE = Guide(
    before=(
        f"Make an app ({PORTAL}) with the permission 'Read and write and Direct message'.",
        "Ask X to approve automatic replies before the bot writes any (https://help.x.com/forms/platform).",
        (
            "In the account: Settings, Your account, Automation: name the account of a human who runs it."
            " Then its profile says 'Automated'. Say in the profile who stands behind it."
        ),
        (
            f"Choose {OAUTH1} (tokens that hold; events come by the Account Activity API) or {OAUTH2} (events"
            " come by the Activity API)."
        ),
    ),
    values=(
        Value(name="user_id", where="the account's number, as GET /2/users/by/username/NAME tells it"),
        Value(name="username", where="the account's name, without @", optional=True),
        _secret("consumer_key", f"{OAUTH1}: {KEYS}, API Key"),
        _secret("consumer_secret", f"{KEYS}, API Key Secret; X signs with it"),
        _secret("token", f"{OAUTH1}: {KEYS}, Access Token, made while logged in as the account"),
        _secret("token_secret", f"{OAUTH1}: shown beside the token"),
        _secret("client_id", f"{OAUTH2}: {KEYS}, Client ID"),
        _secret("client_secret", f"{OAUTH2}: shown beside the Client ID; X signs with it, too"),
        _secret("refresh_token", f"{OAUTH2}: what the account's authorisation brings, with {SCOPES}"),
        Value(
            name="tokens",
            where=f"{OAUTH2}: a file in the state folder, such as var/x-NAME.json, that keeps new tokens",
            optional=True,
        ),
        _secret("bearer", f"{KEYS}, Bearer Token: registers the webhook, has lost events sent again"),
        Value(
            name="search",
            where="what finds posts that speak of the brand, in X's own syntax, such as: nimbea lang:fr",
            optional=True,
        ),
        Value(name="base_url", where="another server, for tests; X's own else", optional=True),
    ),
    after=("Without the bearer token: POST /2/webhooks with {url}, and subscribe the account to it.",),
)
