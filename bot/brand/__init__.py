"""brand.yml: read, checked and turned into values."""

from bot.brand.etiquette import Act, Etiquette, Manners, Origin
from bot.brand.hours import Hours
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
    Silence,
    Thresholds,
)
from bot.brand.shape import Texts

__all__ = [
    "PRIORITIES",
    "Account",
    "Act",
    "ApprovedText",
    "Brand",
    "Decided",
    "Etiquette",
    "FixedTexts",
    "Hours",
    "Manners",
    "Market",
    "Origin",
    "Priority",
    "Promises",
    "Route",
    "Silence",
    "Texts",
    "Thresholds",
    "load_brand",
]
