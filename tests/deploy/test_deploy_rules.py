"""What a reviewer of an installation looks for in deploy/: users, rights, checks, pins, no address of one machine."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from syncd import __version__

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with their arguments, continued lines joined."""
    text = re.sub(r"(?m)^\s*#.*\n", "", (DEPLOY / "Dockerfile").read_text()).replace("\\\n", " ")
    return [(word.upper(), rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line.strip())]


@pytest.fixture(scope="module")
def compose() -> Any:
    yaml: Any = pytest.importorskip("yaml", reason="PyYAML is not installed")
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def said(steps: list[tuple[str, str]], instruction: str) -> list[str]:
    return [rest for word, rest in steps if word == instruction]


def test_the_image_runs_as_a_numbered_user_that_is_not_root(steps: list[tuple[str, str]]) -> None:
    assert said(steps, "USER") == ["10001:10001"]
    words = [word for word, _ in steps]
    assert words.index("USER") < words.index("ENTRYPOINT")


def test_the_image_says_how_it_is_watched_and_stopped(steps: list[tuple[str, str]]) -> None:
    (check,) = said(steps, "HEALTHCHECK")
    assert check.endswith('CMD ["syncd", "healthcheck"]')
    assert said(steps, "STOPSIGNAL") == ["SIGTERM"]
    assert (said(steps, "ENTRYPOINT"), said(steps, "CMD")) == (['["syncd"]'], ['["run"]'])


def test_nothing_is_fetched_but_locked_packages_and_the_base(steps: list[tuple[str, str]]) -> None:
    assert not said(steps, "ADD")
    assert not [run for run in said(steps, "RUN") if re.search(r"https?://|\bcurl\b|\bwget\b|\bapt(-get)?\b|sudo", run)]
    for run in said(steps, "RUN"):
        for part in re.split(r"&&|;", run):
            if "pip" in part and " install" in part:
                assert "--require-hashes" in part or "--no-index" in part, part


def test_the_base_is_one_argument_and_has_a_version(steps: list[tuple[str, str]]) -> None:
    (base,) = [rest for rest in said(steps, "ARG") if rest.startswith("BASE=")]
    assert re.fullmatch(r"BASE=python:3\.\d+-slim-\w+", base)
    assert {name.split(" ")[0] for name in said(steps, "FROM")} == {"${BASE}"}
    assert "latest" not in (DEPLOY / "Dockerfile").read_text()


def test_the_last_stage_takes_the_environment_only(steps: list[tuple[str, str]]) -> None:
    last = steps[max(n for n, (word, _) in enumerate(steps) if word == "FROM") :]
    assert said(last, "COPY") == ["--from=build /opt/syncd /opt/syncd"]


def test_all_that_is_copied_is_let_in_by_the_ignore_file(steps: list[tuple[str, str]]) -> None:
    copied = {source for rest in said(steps, "COPY") if "--from" not in rest for source in shlex.split(rest)[:-1]}
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == copied
    assert not [source for source in copied if not (ROOT / source).exists()]


def test_the_container_has_no_rights_and_writes_nowhere_else(compose: Any) -> None:
    (service,) = compose["services"].values()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [mount for mount in service["volumes"] if not mount.endswith(":ro")] == ["data:/data"]
    assert [mount.partition(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
    assert not {"ports", "expose", "network_mode", "user"} & service.keys()


def test_the_container_is_bounded_and_comes_back(compose: Any) -> None:
    (service,) = compose["services"].values()
    assert {"mem_limit", "cpus", "pids_limit"} <= service.keys()
    assert service["restart"] == "unless-stopped"
    assert "healthcheck" not in service, "the image's own one is inherited"
    assert service["logging"]["options"]["max-size"]


def test_secrets_are_files_and_the_database_lies_in_the_volume(compose: Any) -> None:
    (service,) = compose["services"].values()
    assert set(service["secrets"]) <= compose["secrets"].keys()
    assert all("file" in secret for secret in compose["secrets"].values())
    assert service["environment"]["SYNCD_STORE__URL"] == "sqlite:////data/syncd.db"
    assert not [name for name in service["environment"] if re.search("TOKEN|PASSWORD|SECRET", name)]


def test_the_image_that_is_built_has_the_version_of_this_source(compose: Any) -> None:
    (service,) = compose["services"].values()
    assert service["image"] == f"syncd:${{SYNCD_VERSION:-{__version__}}}"
    assert service["build"]["args"]["VERSION"] == f"${{SYNCD_VERSION:-{__version__}}}"
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_the_page_for_ops_names_what_they_run() -> None:
    page = (DEPLOY / "README.md").read_text()
    for word in (
        "compose.yaml",
        "healthcheck",
        "10001",
        "/data",
        "SIGTERM",
        "Exit codes",
        "Backup",
        "Upgrade",
        "ca_file",
        "proxy_file",
    ):
        assert word in page, word
