"""Which service a request is for, which fault strikes it, and its entry in the log."""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlsplit

from campaign_health.sandbox.amplitude.access_by_cost import AmplitudeAccess
from campaign_health.sandbox.amplitude.dashboard_rest import AmplitudeDashboard
from campaign_health.sandbox.amplitude.hourly_export import AmplitudeExport
from campaign_health.sandbox.customerio.service import CustomerIo
from campaign_health.sandbox.customerio.track import CustomerIoTrack
from campaign_health.sandbox.faults import Faults
from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, Service, json_answer
from campaign_health.sandbox.http.request_log import RecordedRequest, Recording, without_secrets
from campaign_health.sandbox.mixpanel.access import MixpanelAccess
from campaign_health.sandbox.mixpanel.app_api import MixpanelApp
from campaign_health.sandbox.mixpanel.query import MixpanelQuery
from campaign_health.sandbox.mixpanel.raw_export import MixpanelExport
from campaign_health.sandbox.world.setting import Setting

# Where each API stands on the sandbox's own address, and what its official paths begin with.
BASES = {
    "/mixpanel/api/query": ("mixpanel-query", ""),
    "/mixpanel/api/2.0": ("mixpanel-export", ""),
    "/mixpanel/api/app": ("mixpanel-app", ""),
    "/amplitude/api/2/export": ("amplitude-export", "/export"),
    "/amplitude/api/2": ("amplitude", ""),
    "/customerio/v1": ("customerio", "/v1"),
    "/track": ("customerio-track", ""),
}
POSTED = frozenset(
    ("customerio.people", "customerio.new_segment", "customerio.broadcast_trigger", "customerio-track.add_customers",
     "customerio-track.remove_customers",
     "customerio-track.entity", "customerio-track.batch")
)  # fmt: skip


class Routing:
    """Answers every request to a sandbox; may be called from several threads."""

    def __init__(self, setting: Setting, recording: Recording, faults: Faults, keep_bodies: bool) -> None:
        access, amplitude = MixpanelAccess(setting), AmplitudeAccess(setting)
        self._services: dict[str, Service] = {
            "mixpanel-query": MixpanelQuery(setting, access),
            "mixpanel-export": MixpanelExport(setting, access),
            "mixpanel-app": MixpanelApp(setting, access),
            "amplitude": AmplitudeDashboard(setting, amplitude),
            "amplitude-export": AmplitudeExport(setting, amplitude),
            "customerio": CustomerIo(setting),
            "customerio-track": CustomerIoTrack(setting),
        }
        self._setting = setting
        self._limits = setting.limits
        self._recording = recording
        self._faults = faults
        self._keep_bodies = keep_bodies

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """The answer to one request; recorded unless it is to no service at all."""
        url = urlsplit(target)
        base = next((base for base in BASES if url.path == base or url.path.startswith(base + "/")), None)
        if base is None:
            return json_answer({"error": f"The sandbox has nothing at {url.path}"}, 404)
        server, prefix = BASES[base]
        query = parse_qsl(url.query, keep_blank_values=True)
        call = Call(server, method, prefix + url.path[len(base) :], target, query, headers, body)
        service = self._services[server]
        endpoint = service.endpoint(call)
        record = RecordedRequest(
            0, server, endpoint or "unknown", method, call.path, call.query, without_secrets(headers), posted=body
        )
        self._recording.add(record)
        fault = self._faults.claim(endpoint or "unknown", call)
        record.fault = fault.kind if fault else None
        answer = fault.answer(call) if fault and fault.replaces else self._serve(service, endpoint, call)
        if fault and not fault.replaces:
            answer = fault.spoil(answer)
        record.status = 0 if answer.delivery in ("hang", "drop") else answer.status
        record.content_type = answer.content_type
        answer.headers.setdefault("Date", format_datetime(self._setting.now().astimezone(UTC), usegmt=True))
        if self._keep_bodies and answer.stream is None:
            record.body = answer.body
        return answer

    def _serve(self, service: Service, endpoint: str | None, call: Call) -> Answer:
        length = self._limits.url_length
        if length is not None and len(call.target) > length:
            return Answer(414, b"Request-URI Too Large", content_type="text/plain")
        if endpoint is None:
            return json_answer({"error": f"Not found: {call.path}"}, 404)
        if call.method != ("POST" if endpoint in POSTED else "GET"):
            return json_answer({"error": f"{call.method} is not allowed"}, 405)
        try:
            return service.answer(call)
        except Refusal as refusal:
            return refusal.answer
