"""Asks Stripe for one person's subscriptions: by its own id, else by the app's, else by the e-mail address."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from campaign_health.route.mapping.asked_person import AskedPerson
from campaign_health.route.stripe.subscription_facts import Subscriptions, chosen_customer, subscriptions_of
from collectors.errors import NotFound, RequestRefused
from collectors.http.bearer import BearerKey
from collectors.http.client import HttpClient
from collectors.http.pacing import Pace
from collectors.http.replies import Service
from collectors.http.retrying import Retries
from collectors.http.sender import Parameters
from collectors.http.transport import Timeouts, Transport

REQUESTS_PER_SECOND = 20
"""As many as Stripe's search takes; everything else takes more."""
CONNECT_SECONDS, READ_SECONDS = 1.0, 3.0
VERSION = "2024-06-20"
STRIPE = Service("Stripe")
_OF_LIST = "data.subscriptions"


@dataclass(frozen=True)
class Found:
    """Stripe's customer for a person, chosen from `several` or not, and their subscriptions; None: there is none."""

    customer: str | None
    subscriptions: Subscriptions | None
    several: bool = False


class StripeKey(BearerKey):
    """Signs with a key, and asks for answers as they were at one date, whatever the account is set to."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Stripe-Version"] = VERSION
        return super().__call__(request)


class Burst(Pace):
    """At most so many requests in any second, each as soon as it comes: nobody has time to lose."""

    def __init__(self, per_second: int) -> None:
        super().__init__(per_second)
        self._latest: deque[float] = deque(maxlen=per_second)
        self._second = self._distance * per_second

    def wait(self, sleep: Callable[[float], object] = time.sleep) -> None:
        """Returns when this thread's turn has come; `sleep` does the waiting."""
        with self._lock:
            turn = max(self._next, self._clock())
            if len(self._latest) == self._latest.maxlen:
                turn = max(turn, self._latest[0] + self._second)
            self._latest.append(turn)
        delay = turn - self._clock()
        if delay > 0:
            sleep(delay)

    def free(self) -> int:
        """How many may ask without waiting."""
        with self._lock:
            return REQUESTS_PER_SECOND - sum(1 for one in self._latest if one > self._clock() - self._second)


class StripeClient:
    """One account's; may be asked from several threads, which together keep to Stripe's limit.

    Raises:
        UnusableSetting: the address cannot be used.
    """

    def __init__(self, key: str, url: str) -> None:
        self._pace = Burst(REQUESTS_PER_SECOND)
        self._http = HttpClient(
            STRIPE,
            url,
            StripeKey(key),
            secrets=(key,),
            transport=Transport(Timeouts(CONNECT_SECONDS, READ_SECONDS, READ_SECONDS), retries=Retries(most=0)),
            pace=self._pace,
        )
        self.close, self.free_turns = self._http.close, self._pace.free

    def look_up(self, person: AskedPerson, now: float) -> Found:
        """What Stripe says of a person at an instant (Unix seconds).

        Raises:
            CollectorError: it could not be asked, which is not the same as that there is no such customer.
        """
        if person.customer is not None:
            try:
                answer = self._http.get_json(f"/v1/customers/{person.customer}", {"expand[]": "subscriptions"})
            except NotFound:
                answer = None
            if (found := self._chosen([answer] if isinstance(answer, Mapping) else [], now)) is not None:
                return found
        refused = None
        if person.user_id is not None:
            try:
                found = self._listed("/v1/customers/search", {"query": _by_user(person.user_id), "limit": 100}, now)
            except RequestRefused as failure:  # accounts in India cannot search
                found, refused = None, failure
            if found is not None:
                return found
        for email in person.emails:
            if (found := self._listed("/v1/customers", {"email": email, "limit": 100}, now)) is not None:
                return found
        if refused is not None:
            raise refused
        return Found(None, None)

    def _listed(self, path: str, parameters: Parameters, now: float) -> Found | None:
        answer = self._http.get_json(path, {**parameters, "expand[]": _OF_LIST})
        data = answer.get("data") if isinstance(answer, Mapping) else None
        if not isinstance(data, list):
            raise self._http.unexpected(path, "data", "is no list")
        return self._chosen([one for one in data if isinstance(one, Mapping)], now)

    def _chosen(self, customers: Sequence[Mapping[str, Any]], now: float) -> Found | None:
        customer = chosen_customer(customers)
        if customer is None:
            return None
        subscriptions = subscriptions_of(customer, now)
        if subscriptions is None:
            raise self._http.unexpected("/v1/customers", "subscriptions", "are not written out")
        return Found(str(customer["id"]), subscriptions, len(customers) > 1)


def _by_user(user_id: str) -> str:
    escaped = user_id.replace("\\", "\\\\").replace("'", "\\'")
    return f"metadata['user_id']:'{escaped}'"
