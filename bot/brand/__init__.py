"""brand.yml: read, checked and turned into values."""

from bot.brand.loading import load_brand
from bot.brand.model import (
    PRIORITIES,
    Account,
    ApprovedText,
    Brand,
    Decided,
    FixedTexts,
    Market,
    Priority,
    Promises,
    Route,
    Texts,
    Thresholds,
)

__all__ = [
    "PRIORITIES",
    "Account",
    "ApprovedText",
    "Brand",
    "Decided",
    "FixedTexts",
    "Market",
    "Priority",
    "Promises",
    "Route",
    "Texts",
    "Thresholds",
    "load_brand",
]
