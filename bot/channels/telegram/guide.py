"""How a bot of Telegram is connected."""

from __future__ import annotations

from bot.channels.guide import Guide, Value

GUIDE = Guide(
    before=(
        "Write to @BotFather (https://t.me/BotFather): /newbot, a name, a username that ends in bot.",
        "For groups also send it /setprivacy and choose Disable, else the bot may not see who mentions it.",
    ),
    values=(
        Value(name="token", where="@BotFather's answer to /newbot, such as 123456:ABC-def", secret=True),
        Value(
            name="webhook",
            where="yours to make up, up to 256 letters, digits, _ and -; not needed with mode: polling",
            secret=True,
            optional=True,
            ours=True,
        ),
        Value(
            name="mode",
            where="webhook, or polling: on a laptop without a public address",
            optional=True,
        ),
        Value(
            name="public_url",
            where="where Telegram reaches the gateway, such as https://care.nimbea.example: then the webhook"
            " is set at every start",
            optional=True,
        ),
        Value(name="username", where="the bot's username, without @; else Telegram is asked", optional=True),
        Value(
            name="base_url",
            where="another Bot API server than Telegram's, up to and with /bot",
            optional=True,
        ),
    ),
    recipient="the number of a person who has pressed Start in the chat with the bot (@userinfobot tells it)",
)
