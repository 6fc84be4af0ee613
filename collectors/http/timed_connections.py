"""Connections whose answers have an end: a socket notices silence, these notice an answer that drips."""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError

from collectors.http.answer_limits import SHORTEST_WAIT, Limits
from collectors.http.in_time import in_time

# Beside the call, because the library has no room for it: what the answers that begin now may take.
_limits: ContextVar[Limits | None] = ContextVar("limits", default=None)


@contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """An answer that begins within the block is held to the limits, head and body."""
    token = _limits.set(limits)
    try:
        yield
    finally:
        _limits.reset(token)


class TimedReads(io.RawIOBase):
    """What a socket reads within limits."""

    def __init__(self, connection: socket.socket, limits: Limits) -> None:
        self._socket = connection
        # Never read: as long as it is open, so is the socket.
        self._hold = connection.makefile("rb", buffering=0)
        self._limits = limits

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        usual = self._socket.gettimeout()
        try:
            while True:
                self._socket.settimeout(max(self._limits.seconds(), SHORTEST_WAIT))
                count = None
                began = time.monotonic()
                with suppress(TimeoutError):
                    count = self._socket.recv_into(buffer)
                self._limits.waited(time.monotonic() - began, count)
                if count is not None:
                    return count
        finally:
            self._socket.settimeout(usual)

    def close(self) -> None:
        self._hold.close()
        super().close()


class TimedAdapter(HTTPAdapter):
    """Connections that know `limited`."""

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


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        limits = _limits.get()
        if limits is not None:
            self.fp.close()
            self.fp = io.BufferedReader(TimedReads(sock, limits))


class _Connection(HTTPConnection):
    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        """A socket that is connected in time, to whichever of the host's addresses, its name looked up included."""
        seconds = self.timeout
        if seconds is None:
            return super()._new_conn()
        connected = in_time(super()._new_conn, seconds, socket.socket.close)
        if connected is None:
            raise ConnectTimeoutError(self, f"no connection within {seconds:g} seconds")
        return connected


class _SecureConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _SecurePool}
