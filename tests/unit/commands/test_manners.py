"""The dry run of the etiquette."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.commands import main
from bot.commands.manners import moment
from bot.errors import SettingsError

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def installation(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without Rasa, whose guard is the real one."""
    monkeypatch.setenv("RELAIS_GUARD", str(ROOT / "data" / "guard"))


def told(*arguments: str, channel: str = "telegram") -> dict[str, str]:
    """What is printed, by name."""
    result = CliRunner().invoke(main, ["manners", "--channel", channel, *arguments])
    assert result.exit_code == 0, result.output
    lines = [line.split(":", 1) for line in result.output.splitlines()]
    return {name: value.strip() for name, value in lines}


def test_a_complaint_in_public_is_handed_over_with_the_rule_its_reason_and_source() -> None:
    said = told("--surface", "public", "--register", "complaint", "You lost my bag again, shame on you")
    assert said["Read as"] == "complaint (complaint), 90% sure"
    assert said["Would do"].startswith("hand_over (complaint) to care, high, promised by")
    assert said["Rule"] == "etiquette.default.public.hand_over: tell"
    assert "Everybody reads along" in said["why"]
    assert "chatwoot" in said["source"]
    assert "A Nimbéa agent is taking over" in said["Would say"]


def test_where_the_network_lets_us_begin_a_private_talk_it_is_shown_too() -> None:
    said = told("--surface", "public", "--register", "problem", "My suitcase is gone", channel="facebook")
    assert "https://" not in said["Would say"]
    assert said["Would say"].startswith("Automated reply from Nimbéa: ")
    assert said["In private"].startswith("Automated reply from Nimbéa: ")


def test_thanks_below_a_page_s_post_are_left_alone_as_that_network_s_rule_says() -> None:
    said = told("--surface", "public", "--register", "thanks", "Thank you so much", channel="facebook")
    assert (said["Would say"], said["Rule"]) == ("nothing", "etiquette.channels.facebook.public.thank: no")


def test_a_second_thank_you_in_a_thread_is_left_alone() -> None:
    said = told("--surface", "public", "--register", "thanks", "--in-thread", "1", "Thanks a lot for that")
    assert (said["Would say"], said["Rule"]) == ("nothing", "etiquette.default.public.most_per_thread: 1")


def test_the_rule_of_the_network_is_named_where_it_decides() -> None:
    said = told("--surface", "public", "--register", "question", "--aside", "How big may my cabin bag be?")
    # On Telegram whatever comes in was said to the bot.
    assert said["Would say"] == "[what the assistant says]"


def test_without_rasa_the_guard_alone_looks_at_it() -> None:
    said = told("There is smoke in the cabin, help")
    assert said["Read as"].startswith("nothing: Rasa does not answer")
    assert said["Rules"] == "hand_over (danger) to crisis, urgent"


def test_a_word_that_stops_the_bot_is_obeyed() -> None:
    said = told("--language", "en", "stop")
    assert said["Would do"].startswith("be silent from now on")
    assert said["Would say"].startswith("Noted")
    assert "Rule" not in said


def test_in_public_a_word_that_stops_the_bot_is_obeyed_without_a_word() -> None:
    said = told("--surface", "public", "--language", "en", "stop")
    assert said["Would do"] == "be silent from now on, without a word (words.stop)"
    assert said["Would say"] == "nothing"


def test_the_time_is_the_market_s() -> None:
    assert moment("2026-07-14T23:30", "Europe/Paris").isoformat() == "2026-07-14T21:30:00+00:00"
    said = told("--account", "nimbea_uk", "--at", "2026-12-24T19:30", "--register", "complaint", "A shame")
    assert "2026-12-24 19:30 (Europe/London)" in said["Written to"]
    # Half an hour on Christmas Eve, nothing on two holidays, the rest on Sunday.
    assert "promised by 2026-12-27 12:30 UTC" in said["Would do"]


def test_a_time_that_is_none_is_said() -> None:
    with pytest.raises(SettingsError, match="expected a time"):
        moment("tomorrow", "Europe/Paris")


def test_an_account_that_the_brand_does_not_have_is_said() -> None:
    result = CliRunner().invoke(main, ["manners", "--channel", "telegram", "--account", "x", "hi"])
    assert result.exit_code == 1
    assert "there are webchat/nimbea, telegram/nimbea_fr" in result.output


def test_nothing_is_kept(environment: dict[str, str]) -> None:
    told("--register", "thanks", "Thank you")
    assert not list(Path(environment["RELAIS_STATE"]).glob("*.db"))
