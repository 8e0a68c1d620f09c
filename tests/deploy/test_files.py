"""The files in deploy/ start the same command, in the same careful way."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
RESOURCES = [one for file in MANIFESTS for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))]
PODS = [one for one in RESOURCES if one["kind"] in ("Deployment", "StatefulSet")]


def tool(name: str) -> str:
    path = BIN / name
    if not path.exists():
        pytest.skip(f"{name} is not installed beside {sys.executable}: `make test` installs it")
    return str(path)


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def instruction(name: str, first: bool = False) -> list[str]:
    """The last JSON form of an instruction in the Dockerfile, or the first: that of the health check."""
    found = re.findall(rf"^\s*{name} (\[.*\])$", DOCKERFILE, flags=re.MULTILINE)
    said: list[str] = json.loads(found[0 if first else -1])
    return said


def systemd() -> dict[str, str]:
    lines = (DEPLOY / "willbuy.service").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def start_commands() -> dict[str, list[str]]:
    """The arguments that each file gives `willbuy`."""
    found = {"Dockerfile": instruction("CMD"), "willbuy.service": shlex.split(systemd()["ExecStart"])[1:]}
    for pod in PODS:
        [container] = pod["spec"]["template"]["spec"]["containers"]
        found[pod["metadata"]["name"]] = container["args"]
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    found["compose"] = compose["services"]["serve"]["command"]
    return found


def test_a_container_linter_finds_nothing() -> None:
    done = run(tool("hadolint"), "deploy/Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_compose_and_kubernetes_files_fit_their_schemas() -> None:
    done = run(tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "deploy/compose.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    done = run(tool("kubernetes-validate"), "--strict", *(str(file) for file in MANIFESTS))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_linter_that_reads_nothing_would_be_found(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    text = (DEPLOY / "kubernetes" / "events.yaml").read_text(encoding="utf-8")
    broken.write_text(text.replace("readinessProbe:", "readynessProbe:"), encoding="utf-8")
    assert run(tool("kubernetes-validate"), "--strict", str(broken)).returncode != 0


def test_systemd_reads_its_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed: the unit is checked where it is")
    text = (DEPLOY / "willbuy.service").read_text(encoding="utf-8")
    unit = tmp_path / "willbuy.service"
    unit.write_text(
        text.replace("/srv/willbuy/venv/bin/willbuy", shutil.which("true") or ""), encoding="utf-8"
    )
    done = run("systemd-analyze", "verify", str(unit))
    assert done.stderr.replace(str(unit), "") == ""


def test_every_file_starts_the_service() -> None:
    commands = start_commands()
    assert len(commands) == 6
    assert {command[0] for command in commands.values()} == {"serve"}
    assert instruction("ENTRYPOINT") == ["willbuy"]
    assert systemd()["ExecStart"].split()[0].endswith("/bin/willbuy")
    [render] = yaml.safe_load((DEPLOY / "render.yaml").read_text(encoding="utf-8"))["services"]
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert (DEPLOY.parent / render["dockerfilePath"]).is_file()
    assert compose["services"]["serve"]["build"]["dockerfile"] == "deploy/Dockerfile"


def test_nothing_runs_as_root_or_writes_to_its_root() -> None:
    assert re.findall(r"^USER (.*)$", DOCKERFILE, flags=re.MULTILINE) == ["10001:10001"]
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]["serve"]
    assert compose["read_only"] is True and compose["cap_drop"] == ["ALL"]
    assert compose["ports"][0].startswith("127.0.0.1:")
    for pod in PODS:
        spec = pod["spec"]["template"]["spec"]
        [container] = spec["containers"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert systemd()["ProtectSystem"] == "strict" and systemd()["NoNewPrivileges"] == "yes"


def test_one_process_owns_the_events() -> None:
    replicas = {pod["metadata"]["name"]: pod["spec"]["replicas"] for pod in PODS}
    assert replicas["willbuy"] == 1
    [scaled] = [one for one in RESOURCES if one["kind"] == "HorizontalPodAutoscaler"]
    assert scaled["spec"]["scaleTargetRef"]["name"] == "willbuy-records"


def test_many_processes_have_their_events_on_a_server() -> None:
    """Who starts more than one process, or pod, says where the database is."""
    many = {name for name, command in start_commands().items() if "--workers" in command}
    assert many == {"compose", "willbuy-events"}
    [pod] = [pod for pod in PODS if pod["metadata"]["name"] == "willbuy-events"]
    [container] = pod["spec"]["template"]["spec"]["containers"]
    assert "WILLBUY_POSTGRES_URL" in {one["name"] for one in container["env"]}
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["serve"]["environment"]["PGHOST"] == "postgres"
    assert services["postgres"]["image"].startswith("postgres:18")
    assert "ports" not in services["postgres"]


def test_a_container_can_reach_a_server() -> None:
    lock = (ROOT / "requirements-serve.lock").read_text(encoding="utf-8")
    assert "\npsycopg==" in lock and "\npsycopg-binary==" in lock
