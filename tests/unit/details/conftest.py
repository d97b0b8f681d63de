import warnings

import pytest

from bot.details.names import Names


@pytest.fixture(scope="session")
def names() -> Names:
    """Loading takes seconds: once for all tests."""
    with warnings.catch_warnings():
        # spaCy and what it imports warn of what they will do away with.
        warnings.simplefilter("ignore", DeprecationWarning)
        return Names(own=["Nimbéa"])
