"""Who may read Mixpanel, and how often: authentication, project and rate limits of its three APIs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.http.limits import Meter
from campaign_health.sandbox.world.setting import Setting

_MORE = "For more information, see https://docs.mixpanel.com/reference/rate-limits"


class MixpanelAccess:
    """Checks calls and counts them; raises `Refusal` with the answer Mixpanel would give."""

    def __init__(self, setting: Setting) -> None:
        limits, clock = setting.limits, setting.seconds
        self.setting = setting
        self.query_hour = Meter(limits.query_per_hour, 3600.0, clock)
        self.export_hour = Meter(limits.export_per_hour, 3600.0, clock)
        self.export_second = Meter(limits.export_per_second, 1.0, clock)
        self.schemas_minute = Meter(limits.schemas_per_minute, 60.0, clock)
        self._lock = threading.Lock()
        self._running = 0

    def check(self, call: Call, project: str | None) -> None:
        """Refuse a call with wrong credentials, or for another project than the sandbox's.

        ``project`` is the project asked for; None when the call names none and has to (Query, Export).
        """
        keys = self.setting.keys
        if not call.is_signed_by(keys.service_account, keys.service_secret):
            raise Refusal(error("Invalid service account credentials", 401))
        if project is None:
            raise Refusal(error("project_id is a required parameter for service accounts", 400, call))
        if not project.isdecimal():
            raise Refusal(error(f"Invalid project_id: {project}", 400, call))
        if int(project) != self.setting.world.project_id:
            raise Refusal(error(f"User does not have access to project {project}", 403, call))

    @contextmanager
    def query(self, call: Call) -> Iterator[None]:
        """Count one Query call for as long as it runs: per hour and at the same time."""
        most = self.setting.limits.query_concurrent
        with self._lock:
            self._running += 1
            running = self._running
        try:
            if most is not None and running > most:
                raise Refusal(self._too_many(call, f"exceeded the concurrency limit ({running}/{most} queries)", 10))
            wait = self.query_hour.take()
            if wait is not None:
                raise Refusal(self._too_many(call, None, max(1, round(wait))))
            yield
        finally:
            with self._lock:
                self._running -= 1

    def export(self, call: Call) -> None:
        """Count one raw export: per second and per hour."""
        for meter in (self.export_second, self.export_hour):
            wait = meter.take()
            if wait is not None:
                text = f"Export rate limit exceeded for project_id: {self.setting.world.project_id}. {_MORE}"
                raise Refusal(
                    json_answer({"request": call.target, "error": text}, 429, {"Retry-After": str(max(1, round(wait)))})
                )

    def schemas(self) -> None:
        """Count one call of the Lexicon Schemas API: per minute."""
        wait = self.schemas_minute.take()
        if wait is not None:
            answer = error("Rate limit exceeded: 5 requests per minute", 429)
            answer.headers["Retry-After"] = str(max(1, round(wait)))
            raise Refusal(answer)

    def _too_many(self, call: Call, concurrency: str | None, wait: int) -> Answer:
        limits = self.setting.limits
        used, most, both = self.query_hour.used, limits.query_per_hour, limits.query_concurrent
        text = (
            f"This request {concurrency}. {_MORE}"
            if concurrency
            else f"Query rate limit exceeded for project_id: {self.setting.world.project_id}. "
            f"{self._running}/{both} queries running concurrently and {used + 1}/{most} queries running "
            f"in the last hour. {_MORE}"
        )
        left_hour = max(0, (most or 0) - used)
        left_now = 0 if concurrency else max(0, (both or 0) - self._running)
        return json_answer(
            {"request": call.target, "error": text},
            429,
            {
                "RateLimit-Policy": f'"project";q={most};w=3600, '
                f'"project-concurrency";q={both};qu="concurrent-requests"',
                "RateLimit": f'"project";r={left_hour};t={wait}, "project-concurrency";r={left_now}',
                "Retry-After": str(wait),
            },
        )


def error(text: str, status: int, call: Call | None = None) -> Answer:
    """Mixpanel's error body; Query's also repeats the request."""
    if call is None:
        return json_answer({"status": "error", "error": text}, status)
    return json_answer({"request": call.target, "error": text}, status)
