"""Canonical JSON: the bytes that anybody gets who computes the hash again."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from boardroom.minutes import canonical

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
@example({"size": 12.0, "x": -0.0, "y": 0.00001, "far": 1e16, "farther": 1e21, "edge": 2.0**53})
@example({"\ufb33": 1, "\U0001f600": 2})
@example(['\x00\x1f\x7f\u2028"\\/', "é", "\U0001f600"])
def test_it_is_what_the_standard_says(value: object) -> None:
    read = canonical.loads(json.dumps(value, ensure_ascii=False))
    assert canonical.dumps(read) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_what_cannot_be_written_is_refused() -> None:
    for odd in ("\ud800", 2**60):
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical.dumps({"it": odd})
