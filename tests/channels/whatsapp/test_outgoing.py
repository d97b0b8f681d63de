"""What is said, in WhatsApp's words."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.whatsapp.outgoing import payload
from bot.errors import DeliveryRefused
from bot.messages import Address, Button, Outbound, Template

ANN = Address(
    channel="whatsapp", account="care_uk", surface="private", chat="447700900123", person="447700900123"
)


def outbound(text: str = "One bag.", *, address: Address = ANN, **more: Any) -> Outbound:
    return Outbound(id=17, address=address, text=text, purpose="answer", **more)


def buttons(*titles: str) -> tuple[Button, ...]:
    return tuple(Button(title=title, payload=f"say {title}") for title in titles)


def titles(request: dict[str, Any]) -> list[str]:
    action = request["interactive"]["action"]
    rows = [each["reply"] for each in action.get("buttons", [])] or action["sections"][0]["rows"]
    return [row["title"] for row in rows]


def test_text_goes_to_a_number_with_our_mark_and_without_preview() -> None:
    assert payload(outbound(reply_to="wamid.ANN001")) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "447700900123",
        "type": "text",
        "text": {"body": "One bag.", "preview_url": False},
        "context": {"message_id": "wamid.ANN001"},
        "biz_opaque_callback_data": "relais:17",
    }


def test_who_hides_his_number_is_written_to_by_his_id() -> None:
    hidden = Address(
        channel="whatsapp", account="care_uk", surface="private", chat="GB.73001122", person="GB.73001122"
    )
    request = payload(outbound(address=hidden))
    assert request["recipient"] == "GB.73001122"
    assert "to" not in request


def test_reaction_is_not_quoted() -> None:
    assert "context" not in payload(outbound(reply_to="reaction#wamid.OURS001"))


def test_three_short_choices_are_buttons() -> None:
    request = payload(outbound("Which?", buttons=buttons("Window", "Aisle", "Middle")))
    assert request["type"] == "interactive"
    assert request["interactive"]["type"] == "button"
    assert request["interactive"]["body"] == {"text": "Which?"}
    assert request["interactive"]["action"]["buttons"][0] == {
        "type": "reply",
        "reply": {"id": "say Window", "title": "Window"},
    }
    assert titles(request) == ["Window", "Aisle", "Middle"]


@pytest.mark.parametrize(
    ("language", "label"), [("fr", "Choisir"), ("es", "Elegir"), ("de", "Choose"), (None, "Choose")]
)
def test_more_choices_are_a_list_in_the_language_of_the_text(language: str | None, label: str) -> None:
    request = payload(outbound("Which?", buttons=buttons(*"ABCD"), language=language))
    assert request["interactive"]["type"] == "list"
    assert request["interactive"]["action"]["button"] == label
    assert titles(request) == ["A", "B", "C", "D"]


def test_choice_too_long_for_a_row_stands_in_full_below_it() -> None:
    long = "A seat by the window in the last row"
    request = payload(outbound("Which?", buttons=buttons(long)))
    assert request["interactive"]["action"]["sections"][0]["rows"] == [
        {"id": f"say {long}", "title": "A seat by the window in…", "description": long}
    ]


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("Which?", buttons(*"ABCDEFGHIJK")),
        ("Which?", buttons("A", "A")),
        ("Which?", buttons("A", "")),
        ("Which? " * 200, buttons("A", "B")),
        ("Which?", (Button(title="A", payload="same"), Button(title="B", payload="same"))),
    ],
)
def test_choices_that_fit_nowhere_are_written_out(text: str, choices: tuple[Button, ...]) -> None:
    request = payload(outbound(text, buttons=choices))
    assert request["type"] == "text"
    assert request["text"]["body"].startswith(text)
    assert "• A" in request["text"]["body"]


def test_longest_text_is_sent_without_choices_rather_than_not_at_all() -> None:
    request = payload(outbound("x" * 4096, buttons=buttons("A")))
    assert request["text"]["body"] == "x" * 4096


def test_payload_too_long_for_an_id_is_replaced_by_the_title() -> None:
    request = payload(outbound("Which?", buttons=(Button(title="A", payload="x" * 257),)))
    assert request["interactive"]["action"]["buttons"][0]["reply"]["id"] == "A"


def test_template_is_filled_in_without_line_breaks() -> None:
    template = Template(name="case_solved", language="en_GB", parameters=("Ann", "NB-7K2Q\n\n    done"))
    request = payload(outbound(template=template, reply_to="wamid.ANN001"))
    assert request["type"] == "template"
    assert request["template"] == {
        "name": "case_solved",
        "language": {"code": "en_GB"},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "NB-7K2Q done"}],
            }
        ],
    }
    assert "context" not in request


def test_template_without_blanks_has_no_components() -> None:
    request = payload(outbound(template=Template(name="hello", language="fr")))
    assert request["template"] == {"name": "hello", "language": {"code": "fr"}}


def test_there_is_no_way_to_write_in_public_or_below_it() -> None:
    public = Address(channel="whatsapp", account="care_uk", surface="public", chat="1", person="2")
    for refused in (outbound(address=public), outbound(in_private=True, reply_to="1")):
        with pytest.raises(DeliveryRefused):
            payload(refused)
