"""The brand that ships as the example, and its guard: read once, for they never change."""

from __future__ import annotations

from pathlib import Path

from bot.brand import load_brand
from bot.guard import load_guard

BRAND = load_brand(Path("brand.yml"))
GUARD = load_guard(Path("data/guard"))
