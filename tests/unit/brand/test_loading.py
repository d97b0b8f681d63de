from __future__ import annotations

from pathlib import Path

import pytest

from bot.brand import load_brand
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
            "fr: {languages: [fr, en, es]",
            "fr: {languages: [fr, en, de]",
            "markets.fr.languages",
            "de is not a language",
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
    if key != "the file":
        assert f"line {line_of(file, new)}," in message


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
