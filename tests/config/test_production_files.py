"""The production files say what the code knows: variables, commands, images, volumes. No engine is needed to look.

What only a Docker engine can show, the building and starting of the containers, is not shown here.
"""

import ast
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.urls import reverse

from api.device.envelope import BODY_BYTES_MAX
from api.device.mqtt.address import parse_broker_url
from api.device.photos import PHOTO_BODY_BYTES_MAX
from config.queue import app as queue
from lib.evidence import EVIDENCE_BYTES_MAX
from tests.pages.test_database_gone import get, listening

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE_ONLY = {"FENFEN_HOST", "POSTGRES_PASSWORD", "FENFEN_VERSION", "MQTT_PASSWORD"}
OWN = ("migrate", "web", "worker", "beat", "tally", "mqtt-passwords", "mqtt-bridge")
ONCE = ("migrate", "mqtt-passwords")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """docker-compose.yml, merged."""
    loaded = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="module")
def dockerfile() -> str:
    """The Dockerfile, its continued lines joined."""
    return (ROOT / "Dockerfile").read_text().replace("\\\n", " ")


def variables_of_settings() -> set[str]:
    """The names that config/settings.py asks config.env for."""
    tree = ast.parse((ROOT / "config" / "settings.py").read_text())
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if (
                isinstance(owner, ast.Name)
                and owner.id == "env"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(str(node.args[0].value))
    return found


def variables_of_example() -> set[str]:
    """The names in .env.example, set or commented out."""
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def test_every_variable_is_explained_and_every_explained_one_is_read() -> None:
    assert variables_of_settings() == variables_of_example() - COMPOSE_ONLY


def test_every_variable_has_a_sentence_before_it() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    for before, line in itertools.pairwise(lines):
        if re.match(r"#?[A-Z][A-Z_]+=", line):
            assert re.match(r"#( |[A-Z_]+=)", before), line


def test_what_the_containers_are_given_is_read_by_the_settings(compose: dict[str, Any], dockerfile: str) -> None:
    given = {name for service in OWN for name in compose["services"][service]["environment"]}
    given |= set(re.findall(r"\b([A-Z][A-Z_]+)=", dockerfile.partition("FROM python:3.12-slim\n")[2]))
    known_to_python = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    assert given - known_to_python <= variables_of_settings()


def test_what_compose_asks_of_the_env_file_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    asked |= set(re.findall(r"\{\$([A-Z_]+)\}", (ROOT / "Caddyfile").read_text()))
    assert asked == COMPOSE_ONLY


def test_every_command_exists(compose: dict[str, Any], dockerfile: str) -> None:
    commands = {name: compose["services"][name].get("command", []) for name in OWN}
    for name in ("migrate", "tally", "mqtt-passwords", "mqtt-bridge"):
        assert commands[name][:2] == ["python", "manage.py"]
        assert commands[name][2] in get_commands()
    for name in ("worker", "beat"):
        assert commands[name][:2] == ["celery", "--app=config.queue"]
    assert queue.main == "fenfen"
    assert "config.wsgi:application" in dockerfile


def test_only_caddy_and_the_broker_are_reachable(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if service.get("ports")] == ["mosquitto", "caddy"]
    # Bins come in over TLS only; the plain port is for the bridge.
    assert services["mosquitto"]["ports"] == ["8883:8883"]
    assert compose["networks"]["back"]["internal"] is True
    for name in ("postgres", "valkey", *(set(OWN) - {"web"})):
        assert services[name]["networks"] == ["back"], name


def test_the_database_keeps_its_data_where_version_18_wants_it(compose: dict[str, Any]) -> None:
    postgres = compose["services"]["postgres"]
    assert postgres["image"] == "postgres:18"
    assert postgres["volumes"] == ["postgres:/var/lib/postgresql"]
    assert re.fullmatch(r"(valkey/)?valkey:9", compose["services"]["valkey"]["image"])
    assert "postgres" in compose["volumes"]


def test_frozen_sessions_cannot_block_the_database(compose: dict[str, Any]) -> None:
    command = " ".join(compose["services"]["postgres"]["command"])
    assert "lock_timeout=" in command
    assert "idle_in_transaction_session_timeout=" in command


def test_nothing_starts_before_the_migrations(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert services["migrate"]["restart"] == "no"
    for name in set(OWN) - {"migrate"}:
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully", name


def test_the_tally_does_not_wait_for_redis(compose: dict[str, Any]) -> None:
    assert "valkey" not in compose["services"]["tally"]["depends_on"]


def test_every_service_is_watched_bounded_and_started_again(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["healthcheck"], name
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}, name
        assert service["restart"] == ("no" if name in ONCE else "unless-stopped"), name
    for name in OWN:
        assert compose["services"][name]["read_only"] is True
        assert compose["services"][name]["cap_drop"] == ["ALL"]


def test_the_broker_finds_its_files_and_may_read_its_passwords(compose: dict[str, Any], dockerfile: str) -> None:
    services = compose["services"]
    mounted = {parts[1]: parts[0] for parts in (each.split(":") for each in services["mosquitto"]["volumes"])}
    text = (ROOT / "mosquitto" / "mosquitto.conf").read_text()
    for name in re.findall(r"^\w+ (/\S+)$", text, re.MULTILINE):
        assert any(name.startswith(folder.rstrip("/")) for folder in mounted), name
    for inside, outside in mounted.items():
        assert not outside.startswith("./") or inside == "/mosquitto/certs" or (ROOT / outside).is_file(), outside
    # The platform's group, which the password file (0640) belongs to.
    assert services["mosquitto"]["group_add"] == re.findall(r"--gid (\d+) fenfen", dockerfile)
    for name in ("mqtt-passwords", "mqtt-bridge"):
        assert services[name]["volumes"] == ["mqtt-passwords:/var/lib/fenfen-mqtt"]
        assert any("/var/lib/fenfen-mqtt/passwords" in part for part in services[name]["command"])
    assert "/var/lib/fenfen-mqtt" in dockerfile
    assert (
        f"user {parse_broker_url(url=services['mqtt-bridge']['environment']['MQTT_URL']).user}"
        in (ROOT / "mosquitto" / "acl").read_text()
    )
    assert {name for name, service in services.items() if service.get("profiles") == ["mqtt"]} == {
        "mosquitto",
        "mqtt-bridge",
        "mqtt-passwords",
    }


def test_the_image_runs_as_nobody_special(dockerfile: str) -> None:
    assert re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE) == ["fenfen"]
    assert "--require-hashes" in dockerfile
    assert "HEALTHCHECK" in dockerfile


def test_no_secret_and_no_test_goes_into_the_image() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert not kept & {".env", "var", "tests", ".git", ".venv"}
    settings = (ROOT / "config" / "settings.py").read_text()
    own_apps = re.findall(r'^    "([a-z]+)",$', settings.partition("INSTALLED_APPS")[2].partition("]")[0], re.MULTILINE)
    django_apps = {"rest_framework", "axes", "csp"}
    assert set(own_apps) - django_apps <= kept
    assert all((ROOT / name).exists() for name in kept)


def test_compose_holds_to_its_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_caddy_keeps_the_addresses_for_machines_inside() -> None:
    text = (ROOT / "Caddyfile").read_text()
    assert "/metrics" in text
    assert "respond @machines 404" in text
    assert "reverse_proxy web:8000" in text


def test_caddy_lets_whole_photos_in_at_their_address_and_nothing_large_elsewhere() -> None:
    text = (ROOT / "Caddyfile").read_text()
    addresses = f"{reverse('device-photos')} {reverse('bureau-report-enter', args=[1]).removesuffix('1')}*"
    assert re.findall(r"@(\w+) (path|not path) (/\S+ /bureau\S+)\n", text) == [
        ("files", "path", addresses),
        ("others", "not path", addresses),
    ]
    limits = dict(re.findall(r"request_body @(\w+) \{\s+max_size (\d+)MB", text))
    assert int(limits["files"]) * 10**6 > PHOTO_BODY_BYTES_MAX
    assert int(limits["files"]) * 10**6 > EVIDENCE_BYTES_MAX + 100_000, "the form's other fields"
    assert BODY_BYTES_MAX < int(limits["others"]) * 10**6 <= 10**6
    assert len(re.findall(r"max_size", text)) == 2


@pytest.fixture
def image_like(tmp_path: Path, dockerfile: str) -> Iterator[str]:
    """The web process by the Dockerfile's own command, its static files collected as the image does."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "STATE_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3",
        "STATIC_ROOT": str(tmp_path / "static"),
        "STATIC_COLLECTED": "1",
        "FENFEN_DEMO": "1",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
    }
    (tmp_path / "metrics").mkdir()
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    last = dockerfile.rpartition("\nCMD ")[2].strip()
    command = json.loads(last)
    with listening(command=command, environment=environment) as address:
        yield address


def test_the_images_own_command_serves_pages_with_lasting_static_files(image_like: str, tmp_path: Path) -> None:
    status, page = get(image_like + "/no-such-page")  # it needs no database
    assert status == 404
    lasting = re.findall(r'href="(/static/pages/[a-z]+\.[0-9a-f]{12}\.(?:css|svg|webmanifest))"', page)
    assert len(lasting) == 4
    assert all(get(image_like + address)[0] == 200 for address in lasting)
    collected = json.loads((tmp_path / "static" / "staticfiles.json").read_text())["paths"]
    assert {f"pages/icons/{name}.svg" for name in ("recyclable", "hazardous", "food", "residual")} <= collected.keys()
    status, metrics = get(image_like + "/metrics")
    assert status == 200
    assert "django_http_requests_total_by_method_total" in metrics
