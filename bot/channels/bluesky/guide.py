"""How an account of Bluesky is connected."""

from __future__ import annotations

from bot.channels.guide import Guide, Value

GUIDE = Guide(
    before=(
        "Log in to https://bsky.app as the brand.",
        "Settings, Account, Automation label: say that the account is automated. Bluesky asks that of bots.",
        "Say in the profile who stands behind it, and how a person is reached.",
    ),
    values=(
        Value(
            name="password",
            secret=True,
            where=(
                "Settings, Privacy and security, App passwords, Add app password: tick that it may have "
                "access to direct messages. It looks like abcd-efgh-ijkl-mnop. Never the account's own."
            ),
        ),
        Value(name="handle", where="the name of the account without @, such as shop.bsky.social"),
        Value(
            name="did",
            optional=True,
            where="what the name stands for, for brands with several accounts; it begins with did:",
        ),
        Value(
            name="base_url",
            optional=True,
            where="the server of the account, where that is not https://bsky.social",
        ),
        Value(
            name="chat_proxy",
            optional=True,
            where="the service that has the direct messages, where that is not Bluesky's own",
        ),
        Value(
            name="search",
            optional=True,
            where="words by which posts are found that speak of the brand, such as its name",
        ),
    ),
    after=("On bsky.app, Chat, settings: allow new messages from everyone.",),
    recipient="the handle of an account that takes messages from yours, such as ann.bsky.social",
)
