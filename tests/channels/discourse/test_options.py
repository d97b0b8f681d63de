"""What an account needs is checked, and a mistake is named without its secrets."""

from __future__ import annotations

import pytest

from bot.channels.discourse import Discourse
from bot.errors import BrandError, SettingsError
from tests.channels.discourse.contract import SECRETS, account


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"base_url": "forum.example"}, "base_url"),
        ({"username": ""}, "username"),
        ({"categories": "help"}, "'help'"),
        ({"colleagues": "all of us"}, "'all of us'"),
        ({"search": "nimbea in:messages"}, "private"),
        ({"page_id": "1"}, "page_id"),
    ],
)
def test_wrong_option_is_named(options: dict[str, str], word: str) -> None:
    with pytest.raises(BrandError, match=word):
        Discourse(account(**options), SECRETS)


@pytest.mark.parametrize("name", ["token", "webhook"])
def test_wrong_secret_is_named_and_not_shown(name: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        Discourse(account(), {**SECRETS, name: "hush"})
    assert "hush" not in str(caught.value)
