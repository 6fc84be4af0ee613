"""Tables as CSV that opens safely in a spreadsheet."""

from __future__ import annotations

import pandas as pd

# A cell that begins so is run as a formula: https://owasp.org/www-community/attacks/CSV_Injection
_STARTS = ("=", "+", "-", "@", "\t", "\n")


def as_csv(frame: pd.DataFrame) -> bytes:
    """The frame as UTF-8 CSV with a byte-order mark, for spreadsheets; texts that would run as formulas are quoted."""
    plain = frame.copy()
    for column in plain.columns:
        if not pd.api.types.is_numeric_dtype(plain[column]):
            plain[column] = plain[column].map(_harmless)
    plain.columns = [_harmless(column) for column in plain.columns]
    return plain.to_csv(index=False).encode("utf-8-sig")


def _harmless(value: object) -> object:
    if not isinstance(value, str):
        return value
    # A lone carriage return would end the row for some readers: it is not quoted.
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(_STARTS) else text
