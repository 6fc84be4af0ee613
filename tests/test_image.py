"""The image: its steps are executed, and what it starts is started as the user that it names."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import free_port
from tests.image_cast import Stage, build_image, read_steps, why_not_here
from tests.installed_cast import ROOT, copy_of_the_checkout

DOCKERFILE = ROOT / "Dockerfile"
STEPS = read_steps(DOCKERFILE.read_text(encoding="utf-8"))
OWNER = 10001
AUTH = """CAMPAIGN_HEALTH_ALLOWED = "@example.com"
[auth]
redirect_uri = "https://campaigns.example.com/oauth2callback"
cookie_secret = "a long random text that nobody guesses"
client_id = "x"
client_secret = "x"
server_metadata_url = "https://login.example.com/.well-known/openid-configuration"
"""


Image = tuple[Stage, dict[str, list[str]]]


def test_the_last_stage_runs_as_a_user_of_its_own_and_holds_no_source() -> None:
    last = STEPS[max(index for index, step in enumerate(STEPS) if step[0] == "FROM") :]
    assert ("USER", f"{OWNER}:{OWNER}") in last
    assert last.index(("USER", f"{OWNER}:{OWNER}")) > max(
        i for i, step in enumerate(last) if step[0] in ("RUN", "COPY")
    )
    assert [rest for name, rest in last if name == "COPY"] == ["--from=build /opt/campaign-health /opt/campaign-health"]


def test_nothing_secret_and_nothing_of_the_machine_gets_into_the_build() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", ".venv*", "**/secrets.toml", "campaign-health.toml", "data", "**/*.duckdb"} <= set(left_out)
    needed = {"pyproject.toml", "README.md", "LICENSE", "app.py", "docs", ".streamlit"}
    assert needed & set(left_out) == set()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    folder = tmp_path_factory.mktemp("image")
    if reason := why_not_here(folder):
        pytest.skip(reason)
    context = copy_of_the_checkout(folder / "context")
    yield build_image(DOCKERFILE, context, folder)
    shutil.rmtree(folder)


@pytest.fixture
def alone(image: Image) -> Image:
    """The image with an empty volume."""
    data = image[0].written("/data")
    for path in data.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return image


def command_line(says: dict[str, list[str]], *arguments: str) -> str:
    """What a container of the image is started with; other arguments than its own where some are given."""
    return "exec " + shlex.join([*says["ENTRYPOINT"], *(arguments or says["CMD"])])


@pytest.mark.slow("installs")
def test_what_is_started_may_write_its_data_and_nothing_else(image: Image) -> None:
    stage, _ = image
    data = stage.written("/data").stat()
    assert (data.st_uid, data.st_gid, stat.S_IMODE(data.st_mode)) == (OWNER, OWNER, 0o700)
    assert stage.run("id -u; id -g").stdout.split() == [str(OWNER)] * 2
    places = "/opt/campaign-health /opt/campaign-health/bin /config /etc /data"
    assert stage.run(f'for place in {places}; do test -w "$place" && echo "$place"; done; true').stdout.split() == [
        "/data"
    ]
    assert stage.run("python -m pip --version").returncode != 0
    assert not stage.written("/source").exists()


@pytest.mark.slow("installs")
def test_without_sign_in_nobody_is_served(alone: Image) -> None:
    stage, says = alone
    done = stage.run(command_line(says))
    assert done.returncode == 2
    assert "sign-in is off" in done.stderr
    assert stage.run("ls -A /data").stdout == ""


@pytest.mark.slow("installs")
def test_with_sign_in_the_dashboard_is_served_and_called_healthy(alone: Image, tmp_path: Path) -> None:
    stage, says = alone
    secrets = stage.written("/run/secrets/secrets.toml")
    secrets.parent.mkdir(parents=True, exist_ok=True)
    secrets.write_text(AUTH)
    os.chown(secrets, OWNER, OWNER)
    secrets.chmod(0o400)
    stage.variables["CAMPAIGN_HEALTH_SECRETS_FILE"] = "/run/secrets/secrets.toml"
    port = str(free_port())
    healthy = shlex.join(says["HEALTHCHECK"]).replace(":8501/", f":{port}/")
    assert stage.run(healthy).returncode != 0
    script = command_line(says, "dashboard", "--address", "0.0.0.0", "--port", port)
    log = tmp_path / "dashboard.log"
    with log.open("wb") as written:
        process = subprocess.Popen(stage.command(script), env=stage.variables, stderr=written)
    try:
        tries = (process.poll() is None and (stage.run(healthy).returncode == 0 or time.sleep(1)) for _ in range(60))
        assert any(tries), log.read_text()
        said = Path(f"/proc/{process.pid}/status").read_text()
        assert re.findall(r"^(?:Uid|Gid|NoNewPrivs):\t(\d+)", said, re.MULTILINE) == [str(OWNER), str(OWNER), "1"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@pytest.mark.slow("installs")
def test_the_image_shows_the_product(alone: Image) -> None:
    stage, says = alone
    assert "campaign-health" in stage.run(command_line(says, "--version")).stdout
    assert stage.run(command_line(says, "docs", "install")).returncode == 0
