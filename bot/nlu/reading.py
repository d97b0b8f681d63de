"""From what Rasa parsed to the reading that the gateway takes. No Rasa here."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

REGISTERS = (
    "complaint",
    "problem",
    "question",
    "idea",
    "opportunity",
    "thanks",
    "crisis",
    "campaign_echo",
)
RANKED = 3
NOT_UNDERSTOOD = "nlu_fallback"


def split(intent: str) -> tuple[str, str | None]:
    """The register of an intent and its topic: `question_cabin_bag` is question, cabin_bag."""
    for register in REGISTERS:
        if intent == register:
            return register, None
        if intent.startswith(f"{register}_"):
            return register, intent[len(register) + 1 :]
    return "other", None


def reading(parsed: dict[str, Any]) -> dict[str, Any]:
    """The reading of a message that Rasa parsed, ready for JSON.

    Where nothing was understood, register and topic are those of the best guess.
    """
    intent = parsed["intent"]
    guesses = _guesses(parsed)
    register, topic = split(guesses[0]["name"] if guesses else "")
    found = parsed.get("entities", [])
    return {
        "intent": intent["name"] or NOT_UNDERSTOOD,
        "register": register,
        "topic": topic,
        "confidence": float(intent["confidence"]),
        "language": _value("language", found),
        "entities": [
            {"name": entity["entity"], "value": str(entity["value"])}
            for entity in found
            if entity["entity"] != "language"
        ],
        "ranking": [
            {"intent": guess["name"], "confidence": float(guess["confidence"])} for guess in guesses[:RANKED]
        ],
        "registers": _registers(guesses),
    }


def _value(name: str, found: list[dict[str, Any]]) -> str | None:
    return next((entity["value"] for entity in found if entity["entity"] == name), None)


def _guesses(parsed: dict[str, Any]) -> list[dict[str, Any]]:
    """All guesses of the classifier, without the stand-in for not understood."""
    ranking = parsed.get("intent_ranking") or [parsed["intent"]]
    return [guess for guess in ranking if guess["name"] not in (None, NOT_UNDERSTOOD)]


def _registers(guesses: list[dict[str, Any]]) -> dict[str, float]:
    shares: dict[str, float] = defaultdict(float)
    for guess in guesses:
        shares[split(guess["name"])[0]] += float(guess["confidence"])
    return {register: round(share, 4) for register, share in shares.items()}
