"""The manifest that a newcomer starts from: the five events worth automating first."""

from __future__ import annotations

TEMPLATE = """\
# The campaign-health manifest: which events your product sends, what they carry, and which campaigns hang on them.
# `campaign-health check` reads it in every pull request; the monitor reads owners and money from it.
# Reference: campaign-health docs manifest. A JSON Schema for editors: campaign-health docs manifest-schema
version: 1

# Events by their exact name in Mixpanel; case and spaces count there.
# Types are JSON's: string, integer, number, boolean, array, object, null.
# `route` says what of an event goes to Customer.io, and `profile` which properties become attributes of the person,
# where this product carries your events. Until that is switched on, `check` compares them with your campaigns, no more.
# Nothing is sent that is not written there. What the app does not say is taken from Stripe, or counted.
events:
  trial_signup_completed:
    properties:
      user_id: {type: string, required: true}
      email: {type: string, required: true}
      plan_tier: {type: string, required: true}
      trial_day: {type: integer, required: true}
      signup_source: {type: string}
    route:
      person: {id: user_id, email: email}
      attributes:
        email: email
        plan_tier: plan_tier
        trial_day: trial_day
        signup_source: signup_source
    profile: {email: email, plan_tier: plan_tier, signup_source: signup_source}

  first_value_action:
    properties:
      user_id: {type: string, required: true}
      email: {type: string, required: true}
      plan_tier: {type: string, required: true}
      trial_day: {type: integer, required: true}
      action: {type: string, required: true}
    route:
      person: {id: user_id, email: email}
      attributes:
        plan_tier: plan_tier
        trial_day: trial_day
        action: action
    profile: {email: email, plan_tier: plan_tier}

  team_invite_sent:
    properties:
      user_id: {type: string, required: true}
      email: {type: string, required: true}
      plan_tier: {type: string, required: true}
      trial_day: {type: integer}
      team_size: {type: integer}
    route:
      person: {id: user_id, email: email}
      attributes:
        plan_tier: plan_tier
        trial_day: {first_of: [trial_day, {stripe: trial_day}]}
        team_size: {first_of: [team_size, {stripe: quantity}]}
    profile: {email: email, plan_tier: plan_tier, team_size: team_size}

  paywall_limit_reached:
    description: Three or more in seven days qualify for the upgrade offer.
    properties:
      user_id: {type: string, required: true}
      email: {type: string, required: true}
      plan_tier: {type: string, required: true}
      trial_day: {type: integer}
      hit_count: {type: integer}
    route:
      person: {id: user_id, email: email}
      attributes:
        plan_tier: plan_tier
        trial_day: {first_of: [trial_day, {stripe: trial_day}]}
        hit_count: {first_of: [hit_count, {count: this, within: 7 days}]}
    profile: {email: email, plan_tier: plan_tier}

  product_inactive_7d:
    description: No qualifying event in seven days; a daily job sends it, or `derived` below makes it.
    sent_from: elsewhere        # not in this repository's code, so `check --code` does not look for it
    properties:
      user_id: {type: string, required: true}
      email: {type: string}     # where `derived` makes it, the person's profile in Customer.io has these two
      plan_tier: {type: string}
    route:
      person: {id: user_id, email: email}
      attributes:
        plan_tier: plan_tier

# Events that are made where others do not come. Take this out if a job of yours sends it.
derived:
  product_inactive_7d: {absent: [first_value_action, team_invite_sent], for: 7 days, at: "06:00"}

# Campaigns by their name in Customer.io (or `id: 17`). What Customer.io says of their state wins where it is known.
# deal_value is what one conversion is worth; conversion_rate (0 to 1) is the share of qualifying events that convert:
# nobody but you knows them, so take the `#` away and put your own in. Deal values are in the currency of
# CAMPAIGN_HEALTH_CURRENCY (US dollars), unless a line like `currency: EUR` (its ISO 4217 code) below `version` says so.
# `when`, `once` and `relevant_for` say who should get the message, how often, and for how long it makes sense:
# make them what your campaigns in Customer.io do. Customer.io's own trigger stays the judge, and no event that is
# older than 71 hours triggers one there.
campaigns:
  - name: Onboarding welcome
    event: trial_signup_completed
    owner: "@lifecycle-team"
    uses: [email, plan_tier]    # adds to what its messages' Liquid shows
    # deal_value: 800
    # conversion_rate: 0.1
    timing: within 2 minutes
    once: ever
    relevant_for: 71 hours

  - name: Activation next step
    event: first_value_action
    owner: "@lifecycle-team"
    # deal_value: 600
    # conversion_rate: 0.1
    timing: within 15 minutes
    once: ever
    relevant_for: 71 hours

  - name: Team expansion
    event: team_invite_sent
    owner: "@lifecycle-team"
    # deal_value: 2400
    # conversion_rate: 0.1
    timing: within 30 minutes
    once: 7 days
    relevant_for: 71 hours

  - name: Upgrade offer
    event: paywall_limit_reached
    owner: "@lifecycle-team"
    uses: [hit_count, plan_tier]
    # deal_value: 1200
    # conversion_rate: 0.1
    timing: within 5 minutes
    when: {hit_count: at least 3}
    once: 7 days
    relevant_for: 71 hours

  - name: Re-engagement
    event: product_inactive_7d
    owner: "@lifecycle-team"
    # deal_value: 600
    # conversion_rate: 0.1
    timing: daily
    once: 30 days
    relevant_for: 71 hours

# A change of a name that was reviewed: the hand-over is expected from that day on.
#   - {from: project.created, to: project_created, since: 2026-12-01, owner: "@platform-team"}
renames: []

# How `check --code` reads this repository.
code:
  prefix: ""                    # what the code puts before every event name
  include: []                   # only these paths, such as "src/**"
  exclude: []                   # not these
  calls: [trackEvent]           # your own functions that send an event
"""
