"""The demo world's trigger events and campaigns, broken ones included."""

from __future__ import annotations

from campaign_health.demo.world.demo_campaigns import Break, CampaignPlan
from campaign_health.demo.world.demo_events import (
    CORE,
    EMAIL,
    PLAN,
    PLATFORM,
    TRIAL_DAY,
    USER,
    EventPlan,
    Span,
    Step,
    one_of,
    plan_as_object,
    without_ios,
)

PROJECT = (
    USER,
    PLATFORM,
    one_of("project_id", *range(41), stride=3),
    one_of("template", "blank", "kanban", "roadmap", stride=7),
    one_of("is_private", True, False, False, stride=5),
)


def trigger_events(span: Span) -> tuple[EventPlan, ...]:
    """The events that campaigns hang on, and the new name of the renamed one."""
    return (
        EventPlan("trial_signup_completed", 185, (*CORE, TRIAL_DAY, one_of("source", "ads", "search", "friend"))),
        EventPlan("first_value_action", 112, (*CORE, TRIAL_DAY, one_of("action", "import", "invite", "publish"))),
        EventPlan("team_invite_sent", 64, (*CORE, one_of("invitees", 1, 2, 5), *plan_as_object(5, span))),
        EventPlan(
            "paywall_limit_reached", 46, (*CORE, one_of("hit_count", 3, 4, 5, 9), one_of("limit", "seats", "rows"))
        ),
        EventPlan("product_inactive_7d", 88, (USER, EMAIL, one_of("days_inactive", 7)), weekend=1.0),
        EventPlan("project.created", 140, PROJECT, gone=6, steady=True),
        EventPlan("project_created", 131, PROJECT, born=6, steady=True),
        EventPlan(
            "report_exported", 96, (USER, PLATFORM, *without_ios("export_format", ("pdf", "csv", "xlsx"), 8, span))
        ),
        EventPlan(
            "invoice_overdue",
            58,
            (USER, EMAIL, one_of("invoice_number", "R-1001", "R-1002"), one_of("amount", 49, 199)),
        ),
        EventPlan("webinar_registered", 52, (USER, EMAIL, one_of("webinar", "basics", "teams"))),
        EventPlan(
            "mobile_app_opened", 320, (USER, PLATFORM, one_of("app_version", "5.1.0", "5.2.0")), 0.9, (Step(7, 0.28),)
        ),
        EventPlan("enterprise_plan_requested", 0.08, (USER, EMAIL, one_of("seats", 200, 500))),
        EventPlan("course_completed", 74, (USER, EMAIL, one_of("course", "start", "advanced"))),
        EventPlan("integration_connected", 57, (USER, PLATFORM, one_of("integration", "slack", "jira"))),
        EventPlan("payment_failed", 43, (USER, EMAIL, PLAN, one_of("attempt", 1, 2, 3)), 0.9),
        EventPlan("ai_summary_generated", 150, (USER, PLATFORM, one_of("length", "short", "long")), born=6),
        EventPlan("power_user_reached", 39, (USER, one_of("score", 80, 90))),
        EventPlan("survey_eligible", 125, (USER, EMAIL, one_of("survey", "nps"))),
    )


def campaigns() -> tuple[CampaignPlan, ...]:
    """All campaigns; the first five are the ones every product should automate first."""
    return (
        CampaignPlan(
            id=11,
            name="Onboarding welcome",
            event="trial_signup_completed",
            subject="Welcome, {{customer.first_name | default: 'there'}}",
            body="Day {{event.trial_day}} of your trial. Your plan: {{event.plan_tier}}.",
            activate=0.94,
            tags=("lifecycle", "core"),
            extra_messages=tuple((f"Day {day}", f"Tip {day} for {{{{event.plan_tier}}}}") for day in range(2, 13)),
        ),
        CampaignPlan(
            id=12,
            name="Activation, next step",
            event="first_value_action",
            subject="Your next step",
            body="You did {{event.action}}. Next: invite a colleague.",
            activate=0.88,
            tags=("lifecycle", "core"),
        ),
        CampaignPlan(
            id=13,
            name="Team expansion",
            event="team_invite_sent",
            subject="Your team is growing",
            body="{% if event.plan == 'team' %}Unlimited seats{% else %}Your plan {{event.plan}} has room{% endif %}",
            activate=0.91,
            tags=("lifecycle", "core"),
            breaks=(Break(5, sends=0.0, failure="Liquid error: 'event.plan' is not a string"),),
        ),
        CampaignPlan(
            id=14,
            name="Upgrade offer",
            event="paywall_limit_reached",
            subject="You reached your {{event.limit}} limit",
            body="{{event.hit_count}} times this week. 20 % off the next plan up from {{event.plan_tier}}.",
            activate=0.72,
            tags=("revenue", "core"),
            breaks=(Break(2, activates=0.0),),
        ),
        CampaignPlan(
            id=15,
            name="Re-engagement",
            event="product_inactive_7d",
            subject="We miss you",
            body="{{event.days_inactive}} days without you. Here is what is new.",
            activate=0.83,
            tags=("lifecycle", "core"),
            breaks=(Break(9, sends=0.0, held_as="drafted"),),
            edits=((9, {"sending_state": "draft"}),),
        ),
        CampaignPlan(
            id=16,
            name="Project kick-off tips",
            event="project.created",
            subject="Start your project well",
            body="Templates like {{event.template}} to begin with.",
            activate=0.9,
        ),
        CampaignPlan(
            id=17,
            name="Report sharing nudge",
            event="report_exported",
            subject="Share your report",
            body="Send it to your team in one click.",
            activate=0.93,
            breaks=(Break(8, activates=0.66),),
        ),
        CampaignPlan(
            id=18,
            name="Invoice reminder",
            event="invoice_overdue",
            subject="Invoice {{event.invoice_number}} for {{customer.company_name}}",
            body="{{event.amount}} are due.",
            activate=0.96,
            tags=("revenue",),
            breaks=(Break(4, sends=0.28, failure="Variable 'customer.company_name' is missing"),),
        ),
        CampaignPlan(
            id=19,
            name="Webinar follow-up",
            event="webinar_registered",
            subject="See you at {{event.webinar}}",
            body="Add it to your calendar.",
            stopped_days_ago=20,
        ),
        CampaignPlan(
            id=20,
            name="Mobile tips",
            event="mobile_app_opened",
            subject="Three gestures",
            body="You are on {{event.app_version}}.",
            qualify=0.4,
            activate=0.9,
            channel="push",
        ),
        CampaignPlan(
            id=21,
            name="Enterprise concierge",
            event="enterprise_plan_requested",
            subject="Your contact",
            body="For {{event.seats}} seats.",
            activate=1.0,
            tags=("revenue",),
        ),
        CampaignPlan(
            id=22,
            name="Course completion follow-up",
            event="course_completed",
            subject="How was {{event.course}}?",
            body="Tell us, three days on.",
            activate=0.85,
            delay_days=3,
        ),
        CampaignPlan(
            id=23,
            name="Integration set-up guide",
            event="integration_connected",
            subject="{{event.integration}} is connected",
            body="Two settings worth a look.",
            activate=0.92,
        ),
        CampaignPlan(
            id=24,
            name="Payment recovery",
            event="payment_failed",
            subject="Your payment did not go through",
            body="Attempt {{event.attempt}}. Update your card.",
            activate=0.97,
            tags=("revenue",),
            breaks=(Break(24, until=17, sends=0.0, failure="Variable 'customer.card_brand' is missing"),),
        ),
        CampaignPlan(
            id=25,
            name="AI summary launch",
            event="ai_summary_generated",
            subject="Your first summary",
            body="A {{event.length}} one. Try the other.",
            activate=0.8,
            started_days_ago=6,
        ),
        CampaignPlan(
            id=26,
            name="Power user rewards",
            event=None,
            follows="power_user_reached",
            subject="A thank-you",
            body="{{customer.first_name | default: 'Hello'}}, this is for you.",
            qualify=0.96,
            activate=0.95,
            segments=(7,),
        ),
        CampaignPlan(
            id=27,
            name="Product survey",
            event="survey_eligible",
            subject="Two questions",
            body="About {{event.survey}}.",
            qualify=0.35,
            activate=0.95,
            breaks=(Break(3, starts=2.7),),
        ),
        CampaignPlan(
            id=28,
            name="Holiday greeting",
            event="trial_signup_completed",
            subject="Happy holidays",
            body="From all of us.",
            started_days_ago=15,
            state="draft",
        ),
    )
