from __future__ import annotations

from bench.harness.wording import Wording

WORDING = Wording(
    {"reference_prefix": "NB", "texts": {"acknowledgement": {"en": "One moment.", "fr": "Un instant."}}}
)


def test_acknowledgements_are_known_in_every_language() -> None:
    assert WORDING.acknowledges("Un instant.")
    assert not WORDING.acknowledges("One moment. Or two.")


def test_a_text_that_names_a_case_hands_over() -> None:
    assert WORDING.hands_over("An agent will reply by 18:30. Your reference: NB-7K2QX.")
    assert not WORDING.hands_over("Flight NB204 is on time.")
