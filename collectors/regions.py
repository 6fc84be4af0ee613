"""Where each service listens, by region. Imports nothing, so that reading the settings stays quick."""

from __future__ import annotations

from collections.abc import Mapping

# Bases by region: Query, export, App.
MIXPANEL_BASES: Mapping[str, tuple[str, str, str]] = {
    "us": (
        "https://mixpanel.com/api/query",
        "https://data.mixpanel.com/api/2.0/export",
        "https://mixpanel.com/api/app",
    ),
    "eu": (
        "https://eu.mixpanel.com/api/query",
        "https://data-eu.mixpanel.com/api/2.0/export",
        "https://eu.mixpanel.com/api/app",
    ),
    "in": (
        "https://in.mixpanel.com/api/query",
        "https://data-in.mixpanel.com/api/2.0/export",
        "https://in.mixpanel.com/api/app",
    ),
}
AMPLITUDE_BASES: Mapping[str, str] = {
    "us": "https://amplitude.com/api/2",
    "eu": "https://analytics.eu.amplitude.com/api/2",
}
STRIPE = "https://api.stripe.com"
CUSTOMERIO_TRACK: Mapping[str, str] = {
    "us": "https://track.customer.io",
    "eu": "https://track-eu.customer.io",
}
CUSTOMERIO_BASES: Mapping[str, str] = {
    "us": "https://api.customer.io/v1",
    "eu": "https://api-eu.customer.io/v1",
}
