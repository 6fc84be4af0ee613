"""Signs requests with a key that is shown as it is."""

from __future__ import annotations

import requests
from requests.auth import AuthBase


class BearerKey(AuthBase):
    """Sends a key in the header `Authorization`."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request
