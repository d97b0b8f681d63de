"""What the product's texts say, seen from a customer's side. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class Wording:
    """Tells acknowledgements and handovers by the words of a brand (brand.yml as it is read)."""

    def __init__(self, brand: Mapping[str, Any]) -> None:
        self._acknowledgements = frozenset(brand["texts"]["acknowledgement"].values())
        self._reference = re.compile(rf"\b{re.escape(brand['reference_prefix'])}-[0-9A-Z]{{4,}}")

    def acknowledges(self, text: str) -> bool:
        """Whether it only says that somebody looks into it."""
        return text in self._acknowledgements

    def hands_over(self, text: str) -> bool:
        """Whether it says that a human will answer: it names the case."""
        return bool(self._reference.search(text))
