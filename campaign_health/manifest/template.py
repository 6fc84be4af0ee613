"""The manifest that a newcomer starts from: the five events worth automating first."""

from __future__ import annotations

TEMPLATE = """\
# The campaign-health manifest: which events your product sends, what they carry, and which campaigns hang on them.
# `campaign-health check` reads it in every pull request; the monitor reads owners and money from it.
# Reference: campaign-health docs manifest. A JSON Schema for editors: campaign-health docs manifest-schema
version: 1

# Events by their exact name in Mixpanel; case and spaces count there.
# Types are JSON's: string, integer, number, boolean, array, object, null.
events:
  trial_signup_completed:
    properties:
      user_id: {type: string, required: true}
      email: {type: string, required: true}
      plan_tier: {type: string, required: true}
      trial_day: {type: integer, required: true}
      signup_source: {type: string}

  first_value_action:
    properties:
      user_id: {type: string, required: true}
      email: {type: string, required: true}
      plan_tier: {type: string, required: true}
      trial_day: {type: integer, required: true}
      action: {type: string, required: true}

  team_invite_sent:
    properties:
      user_id: {type: string, required: true}
      email: {type: string, required: true}
      plan_tier: {type: string, required: true}
      trial_day: {type: integer}
      team_size: {type: integer}

  paywall_limit_reached:
    description: Three or more in seven days qualify for the upgrade offer.
    properties:
      user_id: {type: string, required: true}
      email: {type: string, required: true}
      plan_tier: {type: string, required: true}
      trial_day: {type: integer}
      hit_count: {type: integer, required: true}

  product_inactive_7d:
    description: No qualifying event in seven days; a daily job sends it.
    sent_from: elsewhere        # not in this repository's code, so `check --code` does not look for it
    properties:
      user_id: {type: string, required: true}
      email: {type: string, required: true}
      plan_tier: {type: string, required: true}

# Campaigns by their name in Customer.io (or `id: 17`). What Customer.io says of their state wins where it is known.
# deal_value is what one conversion is worth; conversion_rate (0 to 1) is the share of qualifying events that convert:
# nobody but you knows them, so take the `#` away and put your own in. Deal values are in US dollars,
# unless a line like `currency: EUR` (its ISO 4217 code) below `version` says otherwise.
campaigns:
  - name: Onboarding welcome
    event: trial_signup_completed
    owner: "@lifecycle-team"
    uses: [email, plan_tier]    # adds to what its messages' Liquid shows
    # deal_value: 800
    # conversion_rate: 0.1
    timing: within 2 minutes

  - name: Activation next step
    event: first_value_action
    owner: "@lifecycle-team"
    # deal_value: 600
    # conversion_rate: 0.1
    timing: within 15 minutes

  - name: Team expansion
    event: team_invite_sent
    owner: "@lifecycle-team"
    # deal_value: 2400
    # conversion_rate: 0.1
    timing: within 30 minutes

  - name: Upgrade offer
    event: paywall_limit_reached
    owner: "@lifecycle-team"
    uses: [hit_count, plan_tier]
    # deal_value: 1200
    # conversion_rate: 0.1
    timing: within 5 minutes

  - name: Re-engagement
    event: product_inactive_7d
    owner: "@lifecycle-team"
    # deal_value: 600
    # conversion_rate: 0.1
    timing: daily

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
