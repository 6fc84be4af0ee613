"""What is carried from one day to the next: named arrays with one member per last index, stored and resumed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray


class StateError(ValueError):
    """A stored state that this version of the detector cannot resume from: judge from scratch."""


@dataclass
class Memory:
    """The base of the detector's states. Every field but `last_day` is an array whose last index is the member.

    `last_day` is the newest day judged (None: none yet). `VERSION` goes up when the arrays change their meaning.
    """

    VERSION: ClassVar[int]
    last_day: date | None

    def __len__(self) -> int:
        # Asked for many times a day: without listing the fields.
        return int(next(array for name, array in vars(self).items() if name != "last_day").shape[-1])

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The arrays by name, without the day."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "last_day"}

    def to_bytes(self) -> bytes:
        """The state as one blob (NumPy's npz, no pickled objects)."""
        buffer = io.BytesIO()
        day = "" if self.last_day is None else self.last_day.isoformat()
        arrays: dict[str, Any] = {"version": np.array(self.VERSION), "last_day": np.array(day), **self.arrays()}
        np.savez(buffer, **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, blob: bytes) -> Self:
        """The state from `to_bytes`. Raises StateError if it is damaged or of another version."""
        try:
            with np.load(io.BytesIO(blob), allow_pickle=False) as stored:
                version, text = int(stored["version"]), str(stored["last_day"])
                if version != cls.VERSION:
                    raise StateError(f"the stored state has version {version}, not {cls.VERSION}")
                arrays = {f.name: stored[f.name] for f in fields(cls) if f.name != "last_day"}
                return cls(date.fromisoformat(text) if text else None, **arrays)
        except (KeyError, OSError, ValueError) as error:
            if isinstance(error, StateError):
                raise
            raise StateError("the stored state cannot be read") from error

    def _taken(self, rows: Sequence[int] | NDArray[np.int64], new: Self) -> Self:
        """Some members in the order asked for; row -1 is the one member of `new`."""
        index = np.asarray(rows, dtype=np.int64)
        source = np.where(index < 0, len(self), index)
        together: dict[str, Any] = {
            name: np.concatenate([array, getattr(new, name)], axis=-1)[..., source]
            for name, array in self.arrays().items()
        }
        return replace(self, **together)
