"""JSON without spaces, by an encoder that is made once and not for each of thousands of events a second."""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder
from typing import Any

_ENCODER = json.JSONEncoder(separators=(",", ":"))


def _once_made() -> Callable[[Any], str]:
    # `JSONEncoder` makes one of these for each value, which takes longer than to write a small one.
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return _ENCODER.encode
    parts = make(None, _ENCODER.default, encoder.encode_basestring_ascii, None, ":", ",", False, False, True)
    return lambda value: "".join(parts(value, 0))


compact_json = _once_made()
"""The text of a value. Values that hold themselves are not noticed: nothing that was JSON does."""
