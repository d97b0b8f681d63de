"""The guard: finds crises and sensitive matters by rules that trainers read and edit. Pure.

The rules are in data/guard: kinds.yml (the matters), one file per language (words and
look-alikes), emergency.yml (numbers and texts of help).
"""

from __future__ import annotations

from bot.guard.checks import failures
from bot.guard.emergency import Emergency
from bot.guard.guard import Guard, load_guard
from bot.guard.values import Finding, Kind, Strength

__all__ = ["Emergency", "Finding", "Guard", "Kind", "Strength", "failures", "load_guard"]
