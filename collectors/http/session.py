"""The connections that every request goes over."""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy

import requests

from collectors.http.timed_connections import TimedAdapter

CONNECTIONS = 16


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: the library reads a redirect's whole body and address even where it is told not to follow it."""
        return None


def new_session() -> requests.Session:
    """A session that keeps connections open for all threads, follows and retries nothing, and takes no cookies."""
    session = _Session()
    adapter = TimedAdapter(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session
