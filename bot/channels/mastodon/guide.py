"""How an account of Mastodon is connected."""

from __future__ import annotations

from bot.channels.guide import Guide, Value

GUIDE = Guide(
    before=(
        "Log in to the instance as the brand. Preferences, Public profile: say that it is automated.",
        (
            "Preferences, Development, New application: a name such as Relais, and the scopes read:accounts,"
            " read:notifications, read:statuses and write:statuses."
        ),
    ),
    values=(
        Value(name="token", where="the application's page: Your access token", secret=True),
        Value(name="base_url", where="the instance, such as https://mastodon.example"),
        Value(
            name="streaming_url",
            where="where the instance's stream is; else the instance is asked",
            optional=True,
        ),
        Value(
            name="search",
            where="words, or a hashtag, by which posts are found that speak of the brand; the token needs"
            " the scope read:search",
            optional=True,
        ),
    ),
    recipient="the name of an account, such as ann@mastodon.example: it gets a direct message",
)
