"""The web chat as a channel."""

from __future__ import annotations

import pytest

from bot.brand import Account
from bot.channels.registry import CHANNELS
from bot.channels.webchat import WebChat, address
from bot.errors import BadPayload, BrandError, Forged
from bot.messages import Outbound


def account(**options: str) -> Account:
    return Account(channel="webchat", id="nimbea", market="fr", options=options)


def test_it_is_registered() -> None:
    assert CHANNELS["webchat"](account(), {}).account == "nimbea"


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b'{"client_message_id":"1","text":"hello"}'])
def test_its_webhook_refuses_everything(body: bytes) -> None:
    with pytest.raises(Forged):
        WebChat(account(), {}).authenticate({}, body)
    with pytest.raises(BadPayload):
        WebChat(account(), {}).parse(body)


def test_every_conversation_is_private() -> None:
    assert address("nimbea", "v1").key == "private/v1"


async def test_sending_twice_yields_the_same_receipt() -> None:
    channel = WebChat(account(), {})
    outbound = Outbound(id=7, address=address("nimbea", "v1"), text="Hello", purpose="answer")
    assert await channel.send(outbound) == await channel.send(outbound)


def test_options_are_read() -> None:
    chat = WebChat(account(origins="https://a.example https://*.b.example:8443", colour="#AA0000"), {})
    assert chat.options.origins == ("https://a.example", "https://*.b.example:8443")
    assert chat.options.colour == "#aa0000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("origins", "https://a.example/path"),
        ("origins", "https://a.example; script-src *"),
        ("origins", "*"),
        ("origins", "javascript://a"),
        ("colour", "red"),
        ("colour", "#fff;}body{"),
        ("color", "#ffffff"),
    ],
)
def test_a_wrong_option_is_named(name: str, value: str) -> None:
    with pytest.raises(BrandError, match=name):
        WebChat(account(**{name: value}), {})
