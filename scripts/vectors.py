"""Writes data/vectors.npz anew: what the training examples mean, so that training need not embed them.

`make vectors` after many examples have changed. One that is missing there costs 13 ms at the next
training, nothing else.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.nlu.embedding import KEPT, Kept, gist, nano_e5

WORDS = next(
    part.get("words", 15)
    for part in yaml.safe_load(Path("config.yml").read_text(encoding="utf8"))["pipeline"]
    if part["name"].endswith(".Meaning")
)


def examples() -> list[str]:
    """All examples, as Rasa reads them."""
    from rasa.shared.nlu.training_data.loading import load_data  # takes seconds to import

    return [message.get("text") for message in load_data("data/nlu").intent_examples]


if __name__ == "__main__":
    Kept.write(KEPT, [gist(text, WORDS) for text in examples()], nano_e5())
