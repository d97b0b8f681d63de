from __future__ import annotations

from pathlib import Path

import pytest

from bot.brand import load_brand
from bot.channels.registry import CHANNELS
from bot.errors import BrandError

EXAMPLE = Path("brand.yml")


def edited(tmp_path: Path, old: str, new: str) -> Path:
    text = EXAMPLE.read_text(encoding="utf8")
    assert old in text
    file = tmp_path / "brand.yml"
    file.write_text(text.replace(old, new, 1), encoding="utf8")
    return file


def line_of(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_the_example_brand_is_valid() -> None:
    brand = load_brand(EXAMPLE)
    assert brand.promises.acknowledge_within.total_seconds() == 1
    assert brand.markets["uk"].languages[0] == "en"


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("timezone: Europe/Paris", "timezone: Europe/Pariss", "markets.fr.timezone", "no time zone"),
        ("market: uk", "market: gb", "accounts.2.market", "no market 'gb'"),
        ("urgent: 30m", "urgent: soon", "promises.answer_within.urgent", "a duration such as"),
        ("answer: 0.40", "answer: 40", "thresholds.answer", "<= 1"),
        ("team: crisis", "team: crises", "routing.crisis.team", "no team"),
        ("decision: thank,", "decision: thanks,", "routing.thanks.decision", "Invalid enum value"),
        (
            "languages: [es, en, fr]",
            "languages: [es, en, de]",
            "markets.es.languages",
            "de is not a language",
        ),
        ("mon-fri: 08:00-20:00", "mon-fry: 08:00-20:00", "markets.fr.hours.open.mon-fry", "matching regex"),
        ("mon-fri: 08:00-20:00", "mon-sat: 08:00-20:00", "markets.fr.hours.open.mon-sat", "sat stands twice"),
        ("mon-fri: 08:00-20:00", "mon-fri: 20:00-08:00", "markets.fr.hours.open.mon-fri", "on the day on"),
        ("mon-fri: 08:00-20:00", "mon-fri: 8h-20h", "markets.fr.hours.open.mon-fri", "hours such as"),
        ("[2026-12-25, 2027-01-01,", "[2026-12-32, 2027-01-01,", "markets.fr.hours.holidays.0", "date"),
        ("team: marketing   ", "team: marketting  ", "accounts.6.team", "no team 'marketting'"),
        ("acknowledge: always", "acknowledge: twice", "etiquette.default.private.acknowledge", "enum value"),
        ("beyond: [answer,", "beyond: [reply,", "etiquette.default.public.beyond.0", "enum value"),
        (
            "quiet_hours: null",
            "quiet_hours: always",
            "etiquette.default.private.quiet_hours",
            "hours such as",
        ),
        (
            "silent_on: [campaign_echo, chat]",
            "silent_on: [campaign_ecco, chat]",
            "etiquette.default.public.silent_on",
            "no route 'campaign_ecco'",
        ),
        (
            'en: "Automated reply from',
            'de: "Automated reply from',
            "etiquette.default.private.label",
            "missing in 'en'",
        ),
        (
            "most_per_person_a_day: 40",
            "most_per_person_a_day: -1",
            "etiquette.channels.whatsapp.private.most_per_person_a_day",
            ">= 0",
        ),
        (
            "most_per_person_a_day: 40",
            "most: 40",
            "etiquette.channels.whatsapp.private",
            "unknown field `most`",
        ),
        ("fr: [stop,", "fr: stop #,", "words.stop.fr", "Expected `array`"),
        ("site: https", "sites: https", "the file", "unknown field `sites`"),
        ('en: "Noted', 'english: "Noted', "texts.stopped.english", "matching regex"),
        ("Your reference: {reference}", "Your reference: {ref}", "texts.handover.en", "{ref}"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(
    tmp_path: Path, old: str, new: str, key: str, words: str
) -> None:
    file = edited(tmp_path, old, new)
    with pytest.raises(BrandError) as caught:
        load_brand(file)
    message = str(caught.value)
    assert words in message
    assert f"{key}:" in message
    if key not in ("the file", "etiquette.default.private.label", "etiquette.channels.whatsapp.private"):
        assert f"line {line_of(file, new)}," in message


def test_a_network_that_is_not_spoken_has_no_etiquette(tmp_path: Path) -> None:
    file = edited(tmp_path, "    whatsapp:\n      private", "    whatsup:\n      private")
    load_brand(file)
    with pytest.raises(BrandError, match=r"etiquette\.channels\.whatsup: there is no channel") as caught:
        load_brand(file, CHANNELS)
    assert f"line {line_of(file, 'whatsup:')}," in str(caught.value)


def test_a_rule_of_a_network_changes_only_what_it_says() -> None:
    etiquette = load_brand(EXAMPLE).etiquette
    default, changed = etiquette.default["public"], etiquette.manners("facebook", "public")
    assert (default.thank, changed.thank) == (True, False)
    assert changed.silent_on == default.silent_on
    assert etiquette.manners("whatsapp", "public") == default
    told = etiquette.origin("facebook", "public", "thank")
    assert (told.path, told.value) == ("etiquette.channels.facebook.public.thank", False)
    assert etiquette.origin("facebook", "public", "silent_on").path == "etiquette.default.public.silent_on"


def test_a_key_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    file = edited(tmp_path, "name: Nimbéa", "name: Nimbéa\nname: Other")
    with pytest.raises(BrandError, match="line 6, name: this key stands twice"):
        load_brand(file)


def test_a_missing_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(BrandError, match="cannot be read"):
        load_brand(tmp_path / "none.yml")


def test_broken_yaml_is_said_plainly(tmp_path: Path) -> None:
    file = tmp_path / "brand.yml"
    file.write_text("name: [", encoding="utf8")
    with pytest.raises(BrandError, match="not valid YAML"):
        load_brand(file)
