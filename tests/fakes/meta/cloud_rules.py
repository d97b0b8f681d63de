"""What WhatsApp's Cloud API takes: contents, their limits, and approved templates."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.meta.errors import GraphError, Json

LONGEST_TEXT, LONGEST_BODY = 4096, 1024
MOST_BUTTONS, LONGEST_BUTTON, LONGEST_BUTTON_ID = 3, 20, 256
MOST_ROWS, LONGEST_ROW, LONGEST_ROW_ID, LONGEST_DESCRIPTION = 10, 24, 200, 72
LONGEST_LABEL = 20
LONGEST_MARK = 512

Templates = Mapping[tuple[str, str], int]


def is_template(body: Json) -> bool:
    """Whether it may be sent at any time."""
    return body.get("type") == "template"


def check_content(body: Json, templates: Templates) -> None:
    """Raise what WhatsApp answers to content that it does not take."""
    if len(body.get("biz_opaque_callback_data", "")) > LONGEST_MARK:
        raise _wrong("biz_opaque_callback_data is too long")
    kind = body.get("type")
    if kind == "text":
        _check(0 < len(body["text"]["body"]) <= LONGEST_TEXT, "text.body has 1 to 4096 characters")
    elif kind == "interactive":
        _check_interactive(body["interactive"])
    elif kind == "template":
        _check_template(body["template"], templates)
    else:
        raise GraphError(131051, "(#131051) Unsupported message type", status=501)


def _check_interactive(interactive: Json) -> None:
    action = interactive["action"]
    _check(0 < len(interactive["body"]["text"]) <= LONGEST_BODY, "body.text has 1 to 1024 characters")
    if interactive["type"] == "button":
        choices = [button["reply"] for button in action["buttons"] if button["type"] == "reply"]
        _check_choices(choices, MOST_BUTTONS, LONGEST_BUTTON, LONGEST_BUTTON_ID)
    elif interactive["type"] == "list":
        _check(0 < len(action["button"]) <= LONGEST_LABEL, "action.button has 1 to 20 characters")
        rows = [row for section in action["sections"] for row in section["rows"]]
        _check_choices(rows, MOST_ROWS, LONGEST_ROW, LONGEST_ROW_ID)
        fitting = all(len(row.get("description", "")) <= LONGEST_DESCRIPTION for row in rows)
        _check(fitting, "a description has 72 characters at most")
    else:
        raise _wrong("interactive.type")


def _check_choices(choices: list[Json], most: int, longest_title: int, longest_id: int) -> None:
    _check(0 < len(choices) <= most, f"1 to {most} choices")
    for name, longest in (("title", longest_title), ("id", longest_id)):
        values = [choice[name] for choice in choices]
        _check(all(0 < len(value) <= longest for value in values), f"{name} is empty or too long")
        _check(len(set(values)) == len(values), f"{name} stands twice")


def _check_template(template: Json, templates: Templates) -> None:
    blanks = templates.get((template["name"], template["language"]["code"]))
    if blanks is None:
        raise GraphError(132001, "(#132001) Template name does not exist in the translation", status=404)
    given = [each for part in template.get("components", []) for each in part["parameters"]]
    if len(given) != blanks:
        raise GraphError(
            132000, "(#132000) Number of parameters does not match the expected number of params"
        )
    for each in given:
        _check(
            not {"\n", "\t"} & set(each["text"]) and "    " not in each["text"], "line breaks in a parameter"
        )


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise _wrong(what)


def _wrong(what: str) -> GraphError:
    return GraphError(131009, f"(#131009) Parameter value is not valid: {what}")
