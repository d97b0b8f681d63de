"""The last line of defence: no line of a log shows a personal detail, whoever wrote it."""

from __future__ import annotations

import logging

from bot.details import mask


class Masking(logging.Formatter):
    """Formats lines as usual, errors with their trace, and masks what looks like a detail.

    Names are not found here: our own lines carry ids only, which tests/journeys shows.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line to write."""
        return mask(super().format(record))
