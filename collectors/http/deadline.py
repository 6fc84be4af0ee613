"""An end for every answer: a socket notices silence, this notices an answer that drips."""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

# Beside the call, because the library has no room for it: when the answers that begin now must be whole.
_ends: ContextVar[float | None] = ContextVar("ends", default=None)


class Late(TimeoutError):
    """An answer was not whole in time."""


@contextmanager
def whole_within(seconds: float | None) -> Iterator[None]:
    """An answer that begins within the block raises `Late` where head and body take longer; None: it never does."""
    token = _ends.set(None if seconds is None else time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends.reset(token)


class TimedAdapter(HTTPAdapter):
    """Connections that know `whole_within`."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Makes the pools of direct connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> PoolManager:
        """The pools of connections through a proxy; a SOCKS proxy's stay as they are."""
        manager: PoolManager = super().proxy_manager_for(proxy, **options)
        if isinstance(manager, ProxyManager):
            manager.pool_classes_by_scheme = _POOLS
        return manager


class _TimedReads(io.RawIOBase):
    """What a socket reads until a moment."""

    def __init__(self, connection: socket.socket, ends: float) -> None:
        self._socket = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._ends = ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise Late
        silence = self._socket.gettimeout()
        self._socket.settimeout(left if silence is None else min(silence, left))
        try:
            return self._raw.readinto(buffer)
        except TimeoutError:
            if time.monotonic() >= self._ends:
                raise Late from None
            raise
        finally:
            self._socket.settimeout(silence)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        ends = _ends.get()
        if ends is not None:
            self.fp.close()
            self.fp = io.BufferedReader(_TimedReads(sock, ends))


class _Connection(HTTPConnection):
    response_class = _TimedResponse


class _SecureConnection(HTTPSConnection):
    response_class = _TimedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _SecurePool}
