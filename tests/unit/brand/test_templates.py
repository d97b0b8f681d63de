from __future__ import annotations

from pathlib import Path

import pytest

from bot.brand import ApprovedText, load_brand
from bot.errors import BrandError

EXAMPLE = Path("brand.yml")
ACCOUNT = "  - channel: webchat\n"


def with_templates(tmp_path: Path, *templates: str) -> Path:
    text = EXAMPLE.read_text(encoding="utf8")
    assert ACCOUNT in text
    lines = "".join(f"      - {template}\n" for template in templates)
    file = tmp_path / "brand.yml"
    file.write_text(text.replace(ACCOUNT, f"{ACCOUNT}    templates:\n{lines}", 1), encoding="utf8")
    return file


def test_a_template_is_filled_in() -> None:
    template = ApprovedText(name="bag", language="en_GB", text="Dear {1}, {2} is here. Yours, {2} at {1}")
    assert template.blanks == 2
    assert template.filled(["Ana", "{1}"]) == "Dear Ana, {1} is here. Yours, {1} at Ana"


def test_templates_are_data_of_an_account(tmp_path: Path) -> None:
    file = with_templates(tmp_path, '{name: bag, language: fr, text: "Bonjour {1}"}')
    assert load_brand(file).accounts[0].templates[0].text == "Bonjour {1}"


@pytest.mark.parametrize(
    ("templates", "words"),
    [
        (['{name: bag, language: fr, text: "Bonjour {2}"}'], "numbered from {1} on"),
        (['{name: bag, language: fr, text: "Bonjour {name}"}'], "no other braces"),
        (['{name: bag, language: fr, text: "Bonjour {1"}'], "no other braces"),
        (['{name: Bag, language: fr, text: "Bonjour"}'], "matching regex"),
        (['{name: bag, language: french, text: "Bonjour"}'], "matching regex"),
        (
            ['{name: bag, language: fr, text: "A"}', '{name: bag, language: fr, text: "B"}'],
            "bag (fr) stands twice",
        ),
    ],
)
def test_a_template_that_is_wrong_is_named_with_its_place(
    tmp_path: Path, templates: list[str], words: str
) -> None:
    with pytest.raises(BrandError) as caught:
        load_brand(with_templates(tmp_path, *templates))
    assert words in str(caught.value)
    assert f"accounts.0.templates.{len(templates) - 1}" in str(caught.value)


def test_a_quick_reply_must_fit_on_its_button(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf8").replace("Oui, volontiers", "Oui, volontiers et merci")
    file = tmp_path / "brand.yml"
    file.write_text(text, encoding="utf8")
    with pytest.raises(BrandError, match=r"texts.consent_yes.fr: a quick reply has 20 characters"):
        load_brand(file)
