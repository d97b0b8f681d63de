"""JSON that is not what a platform documents."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Json = Any
Path = tuple[str | int, ...]

JSON_VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=8,
)


def spoiled(value: Json) -> st.SearchStrategy[Json]:
    """The value with something else in one place, or with one place left out."""
    places = st.sampled_from(_paths(value))
    return st.one_of(
        st.builds(lambda path, odd: _put(value, path, odd), places, JSON_VALUES),
        st.builds(lambda path: _without(value, path), places.filter(bool)),
    )


def _paths(value: Json, head: Path = ()) -> list[Path]:
    """Every place in a value."""
    return [head, *(path for key, inner in _items(value) for path in _paths(inner, (*head, key)))]


def _items(value: Json) -> list[tuple[str | int, Json]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _put(value: Json, path: Path, odd: Json) -> Json:
    if not path:
        return odd
    copy = value.copy()
    copy[path[0]] = _put(value[path[0]], path[1:], odd)
    return copy


def _without(value: Json, path: Path) -> Json:
    copy = value.copy()
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = _without(value[path[0]], path[1:])
    return copy
