"""Streamlit's own program, whose lines are written as this program writes its own where nobody looks at a terminal.

Started as `python -m campaign_health.dashboard.streamlit_process run app.py …`: what `python -m streamlit` takes. Of
Streamlit's options none gives a line an offset or makes it JSON, hence its handlers are taken off.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from campaign_health.errors import SettingsError
from campaign_health.logs.log_setup import LOG_FORMATS, write_log_lines
from campaign_health.settings import load_settings

_OWN_HANDLER = "streamlit_console_handler"


def main() -> None:
    """Runs Streamlit. `CAMPAIGN_HEALTH_LOG_FORMAT` names the form; without it Streamlit writes as it does."""
    named = os.environ.get("CAMPAIGN_HEALTH_LOG_FORMAT", "")
    form = next((one for one in LOG_FORMATS if one == named), None)
    if form is not None:
        write_log_lines(form, _secrets())
        _take_handlers_off()
    from streamlit.web.cli import main as streamlit_main

    from campaign_health.dashboard.hosted_demo import served_by_our_command

    served_by_our_command()

    streamlit_main(prog_name="streamlit")


def _take_handlers_off() -> None:
    import streamlit.logger
    import uvicorn.config

    streamlit.logger.setup_formatter = _hand_on
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and hasattr(logger, _OWN_HANDLER):
            _hand_on(logger)
    # Uvicorn, which serves for Streamlit, sets its loggers up when it starts, as this says.
    own = uvicorn.config.LOGGING_CONFIG["loggers"]
    own.update({name: {"handlers": [], "level": "WARNING", "propagate": True} for name in own})


def _hand_on(logger: logging.Logger) -> None:
    """Instead of writing itself, the logger hands on to the one handler of this process."""
    if own := getattr(logger, _OWN_HANDLER, None):
        logger.removeHandler(own)
    logger.propagate = True


def _secrets() -> tuple[str, ...]:
    try:
        return load_settings(os.environ, Path.cwd()).secrets()
    except SettingsError:  # the pages say so
        return ()


if __name__ == "__main__":
    main()
