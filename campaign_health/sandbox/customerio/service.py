"""Customer.io's App API: campaigns, messages, metrics and journeys."""

from __future__ import annotations

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campaign_health.sandbox.customerio import defined_campaigns, metric_series
from campaign_health.sandbox.customerio.activities import Activities
from campaign_health.sandbox.customerio.broadcast_triggers import BroadcastTriggers
from campaign_health.sandbox.customerio.deliveries import METRICS, deliveries_page
from campaign_health.sandbox.customerio.error_bodies import error, rate_limited
from campaign_health.sandbox.customerio.other_sends import BesideCampaigns
from campaign_health.sandbox.customerio.people_and_segments import PeopleAndSegments
from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.http.limits import Meter
from campaign_health.sandbox.world.setting import Setting
from campaign_health.sandbox.world.world import CampaignTruth

_TEN_YEARS = 3653 * 86_400


class CustomerIo:
    """Answers what stands behind ``https://api.customer.io/v1``."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.meter = Meter(setting.limits.customerio_per_second, 1.0, setting.seconds)
        self._paths: list[tuple[re.Pattern[str], str, Callable[[Call, list[str]], Answer]]] = [
            (re.compile(pattern), f"customerio.{name}", method)
            for pattern, name, method in (
                (r"/v1/campaigns", "campaigns", self._campaigns),
                (r"/v1/campaigns/([^/]+)", "campaign", self._campaign),
                (r"/v1/campaigns/([^/]+)/actions", "actions", self._actions),
                (r"/v1/campaigns/([^/]+)/actions/([^/]+)", "action", self._action),
                (r"/v1/campaigns/([^/]+)/actions/([^/]+)/metrics", "action_metrics", self._action_metrics),
                (r"/v1/campaigns/([^/]+)/metrics", "metrics", self._metrics),
                (r"/v1/campaigns/([^/]+)/journey_metrics", "journey_metrics", self._journeys),
                (r"/v1/campaigns/([^/]+)/messages", "messages", self._messages),
                (r"/v1/workspaces", "workspaces", self._workspaces),
                (r"/v1/segments", "segments", self._segments),
                (r"/v1/segments/([^/]+)/customer_count", "customer_count", self._customer_count),
                (r"/v1/activities", "activities", Activities(setting).answer),
                *PeopleAndSegments(setting).paths(),
                *BroadcastTriggers(setting).paths(),
                *BesideCampaigns(setting).paths(),
            )
        ]

    def endpoint(self, call: Call) -> str | None:
        """The endpoint's name."""
        if call.path == "/v1/segments" and call.method == "POST":
            return "customerio.new_segment"
        return next((name for pattern, name, _ in self._paths if pattern.fullmatch(call.path)), None)

    def answer(self, call: Call) -> Answer:
        """The answer to an authenticated call within the limits."""
        if call.headers.get("Authorization", "") != f"Bearer {self.setting.keys.app_api_key}":
            raise Refusal(error("unauthorized: the App API key is missing or not valid", 401))
        wait = self.meter.take()
        if wait is not None:
            raise Refusal(rate_limited(retry_after=1))
        self.setting.pause()
        for pattern, _, method in self._paths:
            match = pattern.fullmatch(call.path)
            if match:
                return method(call, list(match.groups()))
        raise Refusal(error("not found", 404))

    def _campaigns(self, call: Call, ids: list[str]) -> Answer:
        now = self.setting.now()
        made = [campaign for campaign in self.setting.world.campaigns.values() if campaign.created <= now]
        return json_answer({"campaigns": [defined_campaigns.campaign_body(campaign, now) for campaign in made]})

    def _campaign(self, call: Call, ids: list[str]) -> Answer:
        return json_answer({"campaign": defined_campaigns.campaign_body(self._find(ids[0]), self.setting.now())})

    def _actions(self, call: Call, ids: list[str]) -> Answer:
        campaign = self._find(ids[0])
        try:
            return json_answer(defined_campaigns.actions_page(campaign, self.setting.now(), call.get("start")))
        except ValueError:
            raise Refusal(error("invalid start", 400)) from None

    def _action(self, call: Call, ids: list[str]) -> Answer:
        campaign = self._find(ids[0])
        for message, updated in defined_campaigns.messages(campaign, self.setting.now()):
            if str(message.id) == ids[1]:
                return json_answer({"action": defined_campaigns.action_body(campaign, message, updated)})
        raise Refusal(error("action not found", 404))

    def _action_metrics(self, call: Call, ids: list[str]) -> Answer:
        campaign = self._find(ids[0])
        if ids[1] not in {str(message.id) for message in campaign.messages}:
            raise Refusal(error("action not found", 404))
        if call.get("version") != "2":
            raise Refusal(error("version 2 only", 400))
        start, end = _window(call)
        unit = metric_series.RESOLUTIONS.get(call.get("res") or "")
        zone = _zone(call.get("tz") or "UTC")
        if unit is None or zone is None:
            return json_answer({"metric": {"series": dict.fromkeys(metric_series.SERIES)}})
        # What `type` says is passed over here: the backend adds all channels up.
        buckets = metric_series.Buckets.between(start, end, unit, zone)
        series = metric_series.action_series(self.setting.world, campaign, int(ids[1]), buckets, self.setting.now())
        return json_answer(
            {"start": buckets.printed(0), "end": buckets.printed(-1), "res": unit, "metric": {"series": series}}
        )

    def _metrics(self, call: Call, ids: list[str]) -> Answer:
        campaign, world, now = self._find(ids[0]), self.setting.world, self.setting.now()
        channel = call.get("type")
        # The backend looks at the version as text: anything but "2" is version 1.
        if call.get("version") != "2":
            return self._version_1(call, campaign, channel)
        start, end = _window(call)
        unit = metric_series.RESOLUTIONS.get(call.get("res") or "")
        zone = _zone(call.get("tz") or "UTC")
        if unit is None or zone is None or (channel is not None and channel not in metric_series.TYPES):
            # An invalid value is not refused: it looks like a campaign that never sent.
            return json_answer({"metric": {"series": dict.fromkeys(metric_series.SERIES)}})
        buckets = metric_series.Buckets.between(start, end, unit, zone)
        series = metric_series.message_series(world, campaign, buckets, now, channel, version=2)
        return json_answer(
            {"start": buckets.printed(0), "end": buckets.printed(-1), "res": unit, "metric": {"series": series}}
        )

    def _version_1(self, call: Call, campaign: CampaignTruth, channel: str | None) -> Answer:
        now = self.setting.now()
        buckets = metric_series.Buckets.asked(call, now)
        if buckets is None:
            return json_answer({"metric": {"series": dict.fromkeys(metric_series.VERSION_1_SERIES)}})
        series = metric_series.message_series(self.setting.world, campaign, buckets, now, channel, version=1)
        return json_answer({"metric": {"series": series}})

    def _journeys(self, call: Call, ids: list[str]) -> Answer:
        campaign = self._find(ids[0])
        unit = metric_series.RESOLUTIONS.get(call.get("resolution") or "")
        if unit is None:
            raise Refusal(error("resolution is required", 400))
        start, end = _window(call)
        buckets = metric_series.Buckets.between(start, end, unit, ZoneInfo("UTC"))
        series = metric_series.journey_series(self.setting.world, campaign, buckets, self.setting.now())
        return json_answer({"journey_metric": series})

    def _messages(self, call: Call, ids: list[str]) -> Answer:
        campaign = self._find(ids[0])
        metric = call.get("metric") or "sent"
        if metric not in METRICS:
            raise Refusal(error("invalid metric", 400))
        limit, since, until = (_number(call, name) for name in ("limit", "start_ts", "end_ts"))
        try:
            page = deliveries_page(
                self.setting.world,
                campaign,
                self.setting.now(),
                metric,
                50 if limit is None else limit,
                call.get("start"),
                (since, until),
            )
        except ValueError:
            raise Refusal(error("invalid start", 400)) from None
        return json_answer(page)

    def _workspaces(self, call: Call, ids: list[str]) -> Answer:
        world = self.setting.world
        sent = sum(int(campaign.series["sent"].sum()) for campaign in world.campaigns.values() if campaign.series)
        workspace = {
            "id": 1,
            "name": world.project_name,
            "messages_sent": sent,
            "billable_messages_sent": sent,
            "people": 25_666,
            "object_types": 0,
            "objects": 0,
        }
        return json_answer({"workspaces": [workspace]})

    def _segments(self, call: Call, ids: list[str]) -> Answer:
        if call.method == "POST":
            return PeopleAndSegments(self.setting).new_segment(call)
        return json_answer({"segments": self.setting.world.segments})

    def _customer_count(self, call: Call, ids: list[str]) -> Answer:
        world = self.setting.world
        if not ids[0].isdecimal():
            raise Refusal(error("invalid segment id", 400))
        number = int(ids[0])
        people, members = world.segment_people.get(number), world.people.members.get(number)
        if members is not None:
            return json_answer({"segment_id": number, "count": len(members)})
        if people is None and all(segment.get("id") != number for segment in world.segments):
            raise Refusal(error("segment not found", 404))
        today = world.index(world.today(self.setting.now()))
        count = 0 if people is None or not 0 <= today < world.days else int(people[today])
        return json_answer({"segment_id": number, "count": count})

    def _find(self, number: str) -> CampaignTruth:
        if not number.isdecimal():
            raise Refusal(error("invalid campaign id", 400))
        campaign = self.setting.world.campaigns.get(int(number))
        if campaign is None or campaign.created > self.setting.now():
            raise Refusal(error("campaign not found", 404))
        return campaign


def _window(call: Call) -> tuple[int, int]:
    start, end = _number(call, "start"), _number(call, "end")
    if start is None or end is None:
        raise Refusal(error("start and end are required", 400))
    if start > end:
        raise Refusal(error("start must not be after end", 400))
    if end - start > _TEN_YEARS:
        raise Refusal(error("the window must not exceed 10 years", 400))
    return start, end


def _number(call: Call, name: str) -> int | None:
    text = call.get(name)
    if text is None:
        return None
    if not text.isdecimal():
        raise Refusal(error(f"invalid {name}", 400))
    return int(text)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
