"""The commented configuration that a newcomer starts from."""

from __future__ import annotations

from textwrap import wrap

from campaign_health.settings.catalogue import SETTINGS, Setting

HEAD = """\
# Settings of campaign-health. The same names work as environment variables, which win over this file.
# Secrets do not belong here: set them in the environment or in .streamlit/secrets.toml, and keep that out of git.
# Several workspaces: put their settings into one table each, such as [workspace.acme].
"""


def configuration_template() -> str:
    """Every setting with its meaning, commented out; secrets only named."""
    return HEAD + "".join(_entry(setting) for setting in SETTINGS if setting.name != "CAMPAIGN_HEALTH_NOW")


def _entry(setting: Setting) -> str:
    meaning = setting.meaning + (f" One of {', '.join(setting.choices)}." if setting.choices else "")
    lines = wrap(meaning, 108, initial_indent="# ", subsequent_indent="# ")
    if setting.secret:
        lines.append(f"# {setting.name}: a secret, not for this file")
    else:
        lines.append(f'# {setting.name} = "{setting.default}"')
    return "\n" + "\n".join(lines) + "\n"
