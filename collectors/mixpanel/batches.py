"""Packs event names into as few requests as addresses of a safe length allow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import urlencode

# Nothing documents how many events one request may name. It is a GET, so the length of its address is the bound.
LONGEST_ADDRESS = 6000


def name_list(names: Sequence[str]) -> str:
    """Names as Mixpanel takes them: a JSON array in a string."""
    return json.dumps(list(names), ensure_ascii=True, separators=(",", ":"))


class Batches:
    """Hands out names batch by batch, and learns how many the service takes at once.

    Args:
        names: All names to ask for.
        fixed_length: Length of the address without the names.
    """

    def __init__(self, names: Sequence[str], fixed_length: int) -> None:
        self._left = list(names)
        self._room = LONGEST_ADDRESS - fixed_length
        self._all = len(self._left)
        self._most = self._all
        self._served = False
        self._one_by_one = False

    def __len__(self) -> int:
        return len(self._left)

    def peek(self) -> list[str]:
        """The next batch; at least one name while any is left."""
        batch: list[str] = []
        length = len(urlencode({"event": name_list([])}))
        for name in self._left[: 1 if self._one_by_one else self._most]:
            length += len(urlencode({"": name_list([name])})) - len("=%5B%5D") + len("%2C")
            if batch and length > self._room:
                break
            batch.append(name)
        return batch

    def done(self, batch: Sequence[str]) -> None:
        """The batch was served."""
        del self._left[: len(batch)]
        self._served = True
        self._one_by_one = False

    def halve(self, batch: Sequence[str]) -> bool:
        """The batch was refused: from now on at most half as many. False if it was a single name."""
        if len(batch) == 1:
            return False
        self._most = len(batch) // 2
        return True

    def refuse(self, batch: Sequence[str]) -> None:
        """The single name of the batch is refused by itself: it was the cause, and not the length.

        As long as nothing was ever served the next name goes alone too: all may be refused, for another cause.
        """
        del self._left[: len(batch)]
        self._most = self._all
        self._one_by_one = not self._served

    @property
    def most_refusals(self) -> int:
        """So many single names refused in a row are not about the names."""
        return 3 if self._served else 2
