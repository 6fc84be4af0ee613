"""Colours of the figures and badges, for a light and a dark page; every pair keeps a contrast of at least 4.5 to 1."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Palette:
    """Colours as CSS has them. Tones (`bad`, `warn`, `good`, `calm`) are (text, background) of a badge.

    Days are shaded in `broken`, `ended`, `down` and `surging`; `hatch` are the strokes of those without a number.
    """

    name: str
    background: str
    surface: str
    text: str
    muted: str
    grid: str
    events: str
    sends: str
    band: str
    broken: str
    ended: str
    down: str
    surging: str
    hatch: str
    bad: tuple[str, str]
    warn: tuple[str, str]
    good: tuple[str, str]
    calm: tuple[str, str]

    def tone_of(self, status: str) -> tuple[str, str]:
        """Text and background of a status in this palette."""
        found: tuple[str, str] = getattr(self, TONES.get(status, "calm"))
        return found


LIGHT = Palette(
    name="light",
    background="#FFFFFF",
    surface="#F4F5F9",
    text="#1B1F2A",
    muted="#565D70",
    grid="#E3E6EE",
    events="#6B7280",
    sends="#2F3EB3",
    band="rgba(47, 62, 179, 0.13)",
    broken="rgba(200, 30, 30, 0.2)",
    ended="rgba(217, 119, 6, 0.2)",
    down="rgba(8, 145, 178, 0.2)",
    surging="rgba(147, 51, 234, 0.18)",
    hatch="#A3A9B8",
    bad=("#9B1C1C", "#FDE8E8"),
    warn=("#8A4B08", "#FDF0DC"),
    good=("#12603A", "#E1F5EA"),
    calm=("#454B5C", "#ECEEF3"),
)
DARK = Palette(
    name="dark",
    background="#12151D",
    surface="#1C202B",
    text="#E9EBF2",
    muted="#A6ADBF",
    grid="#2B3040",
    events="#A6ADBF",
    sends="#98A5FF",
    band="rgba(152, 165, 255, 0.18)",
    broken="rgba(255, 84, 76, 0.36)",
    ended="rgba(255, 176, 58, 0.28)",
    down="rgba(34, 199, 226, 0.26)",
    surging="rgba(192, 132, 252, 0.32)",
    hatch="#6B7387",
    bad=("#FFB4AE", "#4A1A1D"),
    warn=("#FFD093", "#45310F"),
    good=("#93E5B5", "#12382A"),
    calm=("#C7CCD9", "#2A2F3D"),
)
TONES = {
    "silent": "bad",
    "event_lost": "bad",
    "degraded": "warn",
    "surging": "warn",
    "healthy": "good",
}


def both(light: str, dark: str) -> str:
    """A CSS colour that follows the page from light to dark by itself."""
    return f"light-dark({light}, {dark})"


# For HTML, which outlives a change of the theme; figures are drawn anew instead.
TEXT = both(LIGHT.text, DARK.text)
MUTED = both(LIGHT.muted, DARK.muted)


def palette() -> Palette:
    """The palette of the page as the reader sees it now."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def tone(status: str) -> tuple[str, str]:
    """Text and background colour of a status, as CSS."""
    light, dark = LIGHT.tone_of(status), DARK.tone_of(status)
    return both(light[0], dark[0]), both(light[1], dark[1])
