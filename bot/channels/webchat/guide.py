"""How a web chat is connected."""

from __future__ import annotations

from bot.channels.guide import Guide, Value

GUIDE = Guide(
    values=(
        Value(
            name="origins",
            where="the sites whose pages may embed the chat, with spaces between, such as"
            " https://www.nimbea.example",
            optional=True,
        ),
        Value(name="colour", where="the brand's colour, such as #0b5cad", optional=True),
    ),
    after=(
        'Put <script src="GATEWAY/chat/widget.js" async></script> on the pages, with the gateway\'s address.',
    ),
)
