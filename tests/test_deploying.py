"""The files for compose, systemd and Kubernetes: they start what there is, as nobody, and let nobody in unasked."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from campaign_health.cli.main import COMMANDS
from campaign_health.settings.catalogue import SETTINGS
from tests.image_cast import in_json, read_steps
from tests.installed_cast import ROOT, Installed

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
UNIT = ROOT / "deploy" / "campaign-health.service"
IMAGE = {name: rest for name, rest in read_steps((ROOT / "Dockerfile").read_text()) if name != "ENV"}
OWNER = 10001
NAMES = {setting.name for setting in SETTINGS}
# The sections of which systemd takes each key (systemd.unit(5), systemd.service(5), systemd.exec(5), systemd.kill(5)).
UNIT_KEYS = {"Description", "Documentation", "Wants", "After", "RequiresMountsFor"}
INSTALL_KEYS = {"WantedBy"}


def yaml(name: str) -> list[Any]:
    """The documents of a file."""
    return list(YAML(typ="safe").load_all((ROOT / name).read_text(encoding="utf-8")))


# --- compose ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    [found] = yaml("compose.yaml")
    return dict(found)


@pytest.mark.parametrize("name", ["schedule", "dashboard"])
def test_a_service_has_no_rights_and_keeps_its_data_in_the_volume(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service  # the image's own, which is nobody's
    assert not service.keys() & {"privileged", "cap_add", "network_mode", "pid", "devices"}
    data, config = (mount.split(":") for mount in service["volumes"])
    assert data == ["data", IMAGE["VOLUME"]]
    assert config == ["./config", IMAGE["WORKDIR"], "ro"]
    assert data[0] in compose["volumes"]
    assert service["restart"] == "unless-stopped"
    assert service["image"] == f"campaign-health:{VERSION}"
    assert set(service["environment"]) <= NAMES


@pytest.mark.parametrize("name", ["schedule", "dashboard"])
def test_what_a_service_starts_is_there_and_reads_the_secrets_it_is_given(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["command"][0] in COMMANDS
    [secret] = service["secrets"]
    assert service["environment"]["CAMPAIGN_HEALTH_SECRETS_FILE"] == f"/run/secrets/{secret['target']}"
    assert compose["secrets"][secret["source"]] == {"file": "./secrets.toml"}


def test_the_dashboard_is_published_on_this_computer_only_and_none_lets_anybody_in_unasked(
    compose: dict[str, Any],
) -> None:
    [port] = compose["services"]["dashboard"]["ports"]
    assert port == f"127.0.0.1:{IMAGE['EXPOSE']}:{IMAGE['EXPOSE']}"
    assert "ports" not in compose["services"]["schedule"]
    for file in (ROOT / "compose.yaml", ROOT / "Dockerfile", UNIT, ROOT / "deploy" / "kubernetes.yaml"):
        assert "--allow-anyone" not in file.read_text(encoding="utf-8")
    assert in_json(IMAGE["CMD"])[0] in COMMANDS


def test_compose_itself_reads_the_file() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("no `docker compose` on this machine: its file is held to its structure only")
    done = subprocess.run(
        [docker, "compose", "--file", "compose.yaml", "config", "--quiet"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


# --- systemd ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unit() -> dict[str, dict[str, list[str]]]:
    """The unit's sections; a key may stand several times."""
    sections: dict[str, dict[str, list[str]]] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        if section := re.fullmatch(r"\[(\w+)\]", line):
            keys = sections.setdefault(section[1], {})
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, line
            keys.setdefault(key, []).append(value)
    return sections


def test_the_unit_starts_a_command_that_there_is_as_a_user_of_its_own(unit: dict[str, dict[str, list[str]]]) -> None:
    assert list(unit) == ["Unit", "Service", "Install"]
    service = unit["Service"]
    [start] = service["ExecStart"]
    program, command, *rest = start.split()
    assert (program, rest) == ("/opt/campaign-health/bin/campaign-health", [])
    assert command in COMMANDS
    assert service["User"] == ["campaign-health"]
    variables = dict(line.split("=", 1) for line in service["Environment"])
    assert set(variables) - {"HOME"} <= NAMES
    assert variables["CAMPAIGN_HEALTH_DATA_DIR"] == f"/var/lib/{service['StateDirectory'][0]}"
    assert unit["Unit"]["RequiresMountsFor"] == [variables["CAMPAIGN_HEALTH_DATA_DIR"]]
    assert service["WorkingDirectory"] == [str(Path(variables["CAMPAIGN_HEALTH_SECRETS_FILE"]).parent)]
    assert service["StateDirectoryMode"] == ["0700"]


def test_the_unit_s_keys_stand_in_their_sections(unit: dict[str, dict[str, list[str]]]) -> None:
    assert set(unit["Unit"]) <= UNIT_KEYS
    assert set(unit["Install"]) <= INSTALL_KEYS
    assert unit["Service"].keys() & (UNIT_KEYS | INSTALL_KEYS) == set()
    wanted = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "Restart": "on-failure",
              "CapabilityBoundingSet": "", "TimeoutStopSec": "60", "KillMode": "mixed"}  # fmt: skip
    assert {key: unit["Service"][key][0] for key in wanted} == wanted


@pytest.fixture
def placed(in_full: Installed, tmp_path: Path) -> Path:
    """The unit with its program where one is installed here."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine: the unit is held to its structure only")
    path = tmp_path / UNIT.name
    path.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/campaign-health", str(in_full.folder)))
    return path


@pytest.mark.slow("installs")
def test_systemd_finds_nothing_wrong_with_the_unit_and_little_that_it_may_do(placed: Path) -> None:
    verified = subprocess.run(["systemd-analyze", "verify", str(placed)], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    # Of 100; what is left is the network, and memory that libraries make executable.
    exposed = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(placed)]
    assert subprocess.run(exposed, capture_output=True, text=True).returncode == 0


# --- Kubernetes ------------------------------------------------------------------------------------------------------


def test_the_round_of_the_cron_job_has_no_rights_and_never_runs_twice_at_a_time() -> None:
    claim, job = yaml("deploy/kubernetes.yaml")
    assert [(one["apiVersion"], one["kind"]) for one in (claim, job)] == [
        ("v1", "PersistentVolumeClaim"),
        ("batch/v1", "CronJob"),
    ]
    spec = job["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    assert len(spec["schedule"].split()) == 5
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert pod["automountServiceAccountToken"] is False
    rights = pod["securityContext"]
    assert (rights["runAsNonRoot"], rights["runAsUser"], rights["fsGroup"]) == (True, OWNER, OWNER)
    assert IMAGE["USER"] == f"{rights['runAsUser']}:{rights['runAsGroup']}"
    [container] = pod["containers"]
    assert container["args"] == ["once"]
    assert set(container["args"]) <= COMMANDS.keys()
    assert container["image"].endswith(f"/campaign-health:{VERSION}")
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip


def test_every_volume_of_the_cron_job_is_mounted_where_the_image_looks() -> None:
    claim, job = yaml("deploy/kubernetes.yaml")
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert mounts.keys() == volumes.keys()
    assert volumes["data"]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert (mounts["data"]["mountPath"], mounts["config"]["mountPath"]) == (IMAGE["VOLUME"], IMAGE["WORKDIR"])
    variables = {variable["name"]: variable["value"] for variable in container["env"]}
    assert set(variables) <= NAMES
    assert variables["CAMPAIGN_HEALTH_SECRETS_FILE"] == f"{mounts['secrets']['mountPath']}/secrets.toml"
    assert mounts["tmp"]["mountPath"] == "/tmp"


def test_the_commands_on_installing_name_files_that_are_there() -> None:
    guide = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    assert {"deploy/campaign-health.service", "deploy/kubernetes.yaml", "compose.yaml"} <= set(
        re.findall(r"(?:deploy/)?[\w-]+\.(?:service|yaml)", guide)
    )
    for name in re.findall(r"deploy/[\w.-]+\w", guide):
        assert (ROOT / name).is_file(), name
    assert set(re.findall(r"campaign-health:(\d+\.\d+\.\d+)", guide)) == {VERSION}
