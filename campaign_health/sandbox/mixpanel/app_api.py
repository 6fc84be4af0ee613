"""Mixpanel's App API: who am I, and the Lexicon's schemas."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from campaign_health.sandbox.http.exchange import Answer, Call, Refusal, json_answer
from campaign_health.sandbox.mixpanel.access import MixpanelAccess, error
from campaign_health.sandbox.world.setting import Setting


class MixpanelApp:
    """Answers ``{app}/me`` and ``{app}/projects/{id}/schemas``."""

    def __init__(self, setting: Setting, access: MixpanelAccess) -> None:
        self.setting = setting
        self.access = access

    def endpoint(self, call: Call) -> str | None:
        """The endpoint's name."""
        parts = call.path.strip("/").split("/")
        if parts == ["me"]:
            return "mixpanel.app.me"
        if len(parts) in (3, 4, 5) and parts[0] == "projects" and parts[2] == "schemas":
            return "mixpanel.app.schemas"
        return None

    def answer(self, call: Call) -> Answer:
        """The answer to an authenticated call within the limits."""
        self.setting.pause()
        parts = [unquote(part) for part in call.path.strip("/").split("/")]
        if parts == ["me"]:
            self.access.check(call, str(self.setting.world.project_id))
            return json_answer({"status": "ok", "results": self._me()})
        self.access.check(call, parts[1])
        self.access.schemas()
        entries = self.setting.world.schemas
        if len(parts) > 3:
            entries = [entry for entry in entries if entry["entityType"] == parts[3]]
        wanted = parts[4] if len(parts) == 5 else call.get("entity_name")
        if wanted is not None:
            entries = [entry for entry in entries if entry["name"] == wanted]
        if len(parts) == 5:
            if not entries:
                raise Refusal(error(f"No schema for {parts[3]} {wanted!r}", 404))
            return json_answer({"status": "ok", "results": entries[0]["schemaJson"]})
        return json_answer({"status": "ok", "results": entries})

    def _me(self) -> dict[str, Any]:
        world = self.setting.world
        return {
            "user_id": 1,
            "user_email": self.setting.keys.service_account,
            "organizations": {"77": {"name": world.project_name, "id": 77}},
            "projects": {
                str(world.project_id): {
                    "name": world.project_name,
                    "organization_id": 77,
                    "timezone": world.time_zone,
                    "domain": "mixpanel.com",
                }
            },
            "workspaces": {
                "7501": {
                    "id": 7501,
                    "name": "All Project Data",
                    "project_id": world.project_id,
                    "is_default": True,
                    "is_global": True,
                }
            },
        }
