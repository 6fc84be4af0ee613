"""Small print that can still be read: Streamlit's own caption is too faint for many eyes (WCAG 1.4.3)."""

from __future__ import annotations

import streamlit as st


def quiet(text: str) -> None:
    """Draws Markdown `text` small and in the theme's grey; what comes from outside must be escaped by the caller."""
    st.markdown(f":gray[:small[{text}]]")
