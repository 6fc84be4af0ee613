"""How the dashboard is started: what it says of being open to others, and that its pages show no tracebacks."""

from __future__ import annotations

import pytest

from campaign_health.dashboard.streamlit_server import exposure_warning, streamlit_arguments


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.5.5.5"])
def test_on_this_machine_only_there_is_nothing_to_warn_of(address: str) -> None:
    assert exposure_warning(address, sign_in=False) is None


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.168.1.5", "health.example.com"])
def test_listening_for_others_without_sign_in_is_warned_of(address: str) -> None:
    warning = exposure_warning(address, sign_in=False)
    assert warning is not None
    assert address in warning
    assert "[auth]" in warning
    assert exposure_warning(address, sign_in=True) is None


def test_pages_never_show_a_traceback_wherever_it_is_started_from() -> None:
    assert "--client.showErrorDetails=none" in streamlit_arguments(18999, "127.0.0.1", open_browser=False)
